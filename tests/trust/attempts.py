"""Scripts that try to get out of the sandbox. Each raises `SystemError: ESCAPED ...` where it has got anywhere."""

from dataclasses import dataclass, field
from textwrap import dedent

TRIES = """
def tries(*actions):
    for number, action in enumerate(actions):
        try:
            got = action()
        except Exception:
            continue
        if got is not False:
            raise SystemError(f"ESCAPED by {number}: {got!r}"[:300])
"""


@dataclass(frozen=True)
class Attempt:
    """A script, and words that its failure must say (empty: any), and limits that it is run with."""

    name: str
    code: str
    says: str = ""
    limits: dict[str, float] = field(default_factory=dict[str, float])
    quick: bool = False

    def script(self, places: dict[str, object]) -> str:
        """With the places of this machine written in: `PORT`, `SECRET`, `OUTSIDE` and so on."""
        text = TRIES + dedent(self.code)
        for name, value in places.items():
            text = text.replace(f"<{name}>", repr(value))
        return text


ATTEMPTS = (
    Attempt(
        "sockets",
        """
        import socket
        def udp():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); return s.sendto(b"x", ("127.0.0.1", <PORT>))
        def raw():
            return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        def listens():
            s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); return s
        tries(lambda: socket.create_connection(("127.0.0.1", <PORT>), timeout=2), udp, raw, listens,
              lambda: socket.create_connection(("1.1.1.1", 53), timeout=2))
        """,
        quick=True,
    ),
    Attempt(
        "names of hosts",
        """
        import socket, subprocess
        tries(lambda: socket.getaddrinfo("example.com", 80), lambda: socket.gethostbyname("example.com"),
              lambda: subprocess.check_output(["getent", "hosts", "example.com"], timeout=5))
        """,
    ),
    Attempt(
        "keys of the environment",
        """
        import os, pathlib
        def seen(path):
            return "SECRET-OF-ENV" in pathlib.Path(path).read_bytes().decode(errors="replace") or False
        tries(lambda: any("SECRET-OF-ENV" in v for v in os.environ.values()) or False,
              *(lambda p=p: seen(f"/proc/{p}/environ") for p in ("self", 1, os.getppid(), <JUDGE>)),
              *(lambda p=p: seen(p / "environ") for p in pathlib.Path("/proc").glob("[0-9]*")))
        """,
    ),
    Attempt(
        "keys in the home folder",
        """
        import os, pathlib
        tries(*(lambda p=p: open(p).read() for p in (<SSH>, <TOKEN>, "/etc/shadow", "/root/.netrc", "/etc/passwd")),
              lambda: os.listdir(<HOME>), lambda: os.listdir(os.path.dirname(<SSH>)),
              lambda: open("/proc/1/root" + <SSH>).read(), lambda: open(f"/proc/{os.getppid()}/root" + <SSH>).read())
        """,
        quick=True,
    ),
    Attempt(
        "writing outside",
        """
        import os, pathlib
        tries(lambda: pathlib.Path(<OUTSIDE>, "mark").write_text("x"), lambda: os.mkdir(<OUTSIDE> + "/mark.d"),
              lambda: pathlib.Path("/tmp/diffagent-escaped").write_text("x"),
              lambda: pathlib.Path("/dev/shm/../../var/tmp/diffagent-escaped").write_text("x"),
              lambda: pathlib.Path("../../escaped").write_text("x"),
              lambda: os.rename("script.py", <OUTSIDE> + "/mark"),
              lambda: os.link(<VICTIM>, "hard") or open("hard", "w").write("x"), lambda: os.truncate(<VICTIM>, 0),
              lambda: os.chmod(<VICTIM>, 0o777) or False, lambda: os.utime(<VICTIM>) or False)
        """,
        quick=True,
    ),
    Attempt(
        "fork bomb",
        """
        import os
        while True:
            try: os.fork()
            except OSError: pass
        """,
        says="processes",
        limits={"processes": 24, "load_s": 20},
    ),
    Attempt(
        "memory bomb",
        """
        import os, time
        def fill():
            kept = []
            while True: kept.append(bytearray(b"x") * 50_000_000); time.sleep(0.02)
        for _ in range(6):
            if os.fork() == 0: fill()
        time.sleep(60)
        """,
        says="out of memory",
        limits={"memory_mb": 6000, "load_s": 60},
    ),
    Attempt(
        "disk bomb",
        """
        import os
        held = []
        for n in range(10_000):
            f = open(f"big{n}", "wb"); f.write(b"x" * 10_000_000); f.flush(); held.append(f)
            if n % 2: os.unlink(f"big{n}")
        """,
        says="of files",
        limits={"disk_mb": 150, "load_s": 60},
    ),
    Attempt(
        "daemon",
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for fd in range(0, 64):
                    try: os.close(fd)
                    except OSError: pass
                os.execvp("sleep", ["sleep", "<MARK>"])
            os._exit(0)
        os.wait(); time.sleep(0.3)
        """.replace("<MARK>", "3491"),
        quick=True,
    ),
    Attempt(
        "signals",
        """
        import os, signal
        tries(*(lambda p=p: os.kill(p, signal.SIGCONT) or True for p in (os.getppid(), <JUDGE>, <ZYGOTE>)),
              lambda: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGCONT) or True)
        """,
    ),
    Attempt(
        "ptrace",
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        def seized(pid): return libc.ptrace(0x4206, pid, 0, 0) == 0
        def read(pid):
            buffer = ctypes.create_string_buffer(64)
            vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
            return libc.process_vm_readv(pid, vector, 1, vector, 1, 0) > 0
        tries(*(lambda p=p: seized(p) for p in (os.getppid(), <JUDGE>)), lambda: read(os.getppid()),
              lambda: open(f"/proc/{os.getppid()}/mem", "rb"), lambda: open(f"/proc/{os.getppid()}/maps").read())
        """,
    ),
    Attempt(
        "symbolic links",
        """
        import os, sys
        for name in (".log", "log", "script.py", ".home", ".tmp"):
            try: os.rename(name, name + ".old")
            except OSError: pass
            os.symlink(<SSH>, name)
        os.symlink(<OUTSIDE>, "folder"); os.symlink("/", "root")
        os.mkdir("locked"); open("locked/x", "w").close(); os.chmod("locked", 0)
        tries(lambda: os.listdir("folder"), lambda: open("root/etc/hostname").read(), lambda: open("script.py").read(),
              lambda: open("folder/mark", "w"))
        1 / 0
        """,
        says="ZeroDivisionError",
    ),
    Attempt("endless output", "while True: print('x' * 100_000)", says="size limit"),
    Attempt(
        "terminal escapes",
        r"""
        print("\x1b]0;owned\x07\x1b[2J\x9b31m \u202e\u2066 evil \x08\x08", flush=True)
        raise ValueError("\x1b]0;owned\x07\x1b[2J\x9b31m \u202egnp.exe\x00\x08")
        """,
        says="ValueError",
    ),
    Attempt(
        "pickle as an answer",
        """
        import os, pickle, socket, struct
        class Bomb:
            def __reduce__(self): return (os.system, ("touch " + <OUTSIDE> + "/mark",))
        load = pickle.dumps(Bomb())
        for fd in range(3, 64):
            try: s = socket.socket(fileno=os.dup(fd)); s.sendall(struct.pack(">IQ", len(load), 0) + load)
            except OSError: pass
        import time; time.sleep(60)
        """,
        says="something else than pictures",
    ),
    Attempt(
        "names with tricks",
        """
        import os
        for name in (b"\\xff\\xfe", b"a\\nb", b"-rf", b"x" * 255, b"\\x1b[2J", b"..."): open(name, "w").close()
        raise type("../../../tmp/diffagent-escaped\\n\\x1b[2J", (Exception,), {})("x" * 100_000)
        """,
        says="x",
    ),
    Attempt(
        "open descriptors",
        """
        import os, stat
        def folder(fd): return stat.S_ISDIR(os.fstat(fd).st_mode) and os.listdir(fd)
        def above(fd): return os.listdir(f"/proc/self/fd/{fd}/..")
        def file(fd):
            where = os.readlink(f"/proc/self/fd/{fd}")
            known = where.startswith(("/dev/", "/proc/")) or "/logs/" in where
            return where.startswith("/") and not known and where
        def rewritten(fd):
            where = os.readlink(f"/proc/self/fd/{fd}")
            return "/logs/" in where and open(f"/proc/self/fd/{fd}", "w") and where
        tries(*(lambda f=f, g=g: g(f) for f in range(64) for g in (folder, above, file, rewritten)))
        """,
    ),
    Attempt(
        "unix sockets",
        """
        import socket
        def reached(name):
            s = socket.socket(socket.AF_UNIX); s.settimeout(2); s.connect(name); return name
        tries(lambda: reached("\\0" + <ABSTRACT>), lambda: reached(<OUTSIDE> + "/s"),
              lambda: reached("/run/docker.sock"), lambda: reached("/run/dbus/system_bus_socket"))
        """,
    ),
    Attempt(
        "changing libraries and models",
        """
        import os, pathlib, torch
        site = pathlib.Path(torch.__file__).parent.parent
        home = pathlib.Path(os.environ["HF_HOME"])
        weights = next((home / "hub").rglob("*.safetensors"))
        tries(lambda: (site / "escaped.pth").write_text("x"), lambda: open(torch.__file__, "a"),
              lambda: (home / "escaped").write_text("x"), lambda: open(weights, "r+b"), lambda: os.unlink(weights),
              lambda: os.rename(weights, str(weights) + ".old"), lambda: os.utime(torch.__file__) or False)
        """,
        quick=True,
    ),
    Attempt(
        "the store, the scorer and the repository",
        """
        import os, importlib
        tries(lambda: open(<STORE>, "rb").read(4), lambda: os.listdir(<REPOSITORY>), lambda: os.listdir(<SCORER>),
              lambda: open(<REPOSITORY> + "/tools/measure/judge.py").read(),
              lambda: open(<SCORER> + "/config.json").read(),
              lambda: importlib.import_module("diffagent_mcp.tools.measure.judge"), lambda: os.listdir(<SCRATCH>),
              lambda: os.listdir(<SCRATCH> + "/logs"))
        """,
        quick=True,
    ),
    Attempt(
        "every descriptor taken",
        """
        import os
        held = []
        while True: held.append(os.open("script.py", os.O_RDONLY))
        """,
        says="Too many open files",
    ),
    Attempt(
        "new namespaces and mounts",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        tries(lambda: libc.unshare(0x10000000) == 0, lambda: libc.unshare(0x00020000) == 0,
              lambda: libc.mount(b"none", b".", b"tmpfs", 0, None) == 0, lambda: libc.chroot(b".") == 0,
              lambda: libc.syscall(56 if __import__("platform").machine() == "x86_64" else 220,
                                   0x10000011, 0, 0, 0, 0) > 0,
              lambda: libc.syscall(425, 8, ctypes.create_string_buffer(256)) >= 0, lambda: libc.setuid(1) == 0)
        """,
    ),
)  # fmt: skip
