"""The walls as values: what is visible, which command line, which layer, which system calls."""

import os
import struct
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from diffagent_mcp.knowledge.types import Crashed
from diffagent_mcp.server.settings import Settings
from diffagent_mcp.tools.errors import SetupError, UsageError
from diffagent_mcp.tools.measure import ending, jobs, scratch
from diffagent_mcp.tools.measure.reading import with_hint
from diffagent_mcp.tools.measure.sandbox import commands, layers, reads, view, watch
from diffagent_mcp.tools.measure.sandbox.view import View
from diffagent_mcp.tools.measure.sandbox.walls import Walls
from diffagent_mcp.tools.measure.worker import landlock, seccomp

SEEN = View(
    read=(Path("/usr"), Path("/models")), write=(Path("/tmp/s"),), devices=(Path("/dev/nvidia0"), Path("/dev/dri")),
    hidden=(Path("/usr/lib/us"),), inside=(Path("/usr/lib/us/worker"),),
)  # fmt: skip
INNER = ["/usr/bin/python", "bootstrap.py", "5", "bwrap"]


def after(line: list[str], option: str) -> list[str]:
    return [line[k + 1] for k, word in enumerate(line) if word == option]


def test_bubblewrap_holds_the_view_and_nothing_else() -> None:
    line = commands.bubblewrap("/usr/bin/bwrap", SEEN, INNER, Path("/tmp/s/home"))
    assert line[-len(INNER) - 1 :] == ["--", *INNER] and after(line, "--chdir") == ["/tmp/s/home"]
    assert after(line, "--ro-bind-try") == ["/usr", "/models", "/usr/lib/us/worker"]
    assert after(line, "--bind") == ["/tmp/s"] and after(line, "--dev-bind-try") == ["/dev/nvidia0", "/dev/dri"]
    assert {"--unshare-all", "--unshare-user", "--die-with-parent"} <= set(line) and after(line, "--cap-drop") == [
        "ALL"
    ]
    assert line.index("/usr") < line.index("/usr/lib/us") < line.index("/usr/lib/us/worker"), "hidden, then shown again"


def test_unshare_takes_every_namespace_and_dies_with_its_parent() -> None:
    line = commands.unshare("/usr/bin/unshare", INNER)
    assert {"--user", "--net", "--pid", "--ipc", "--mount", "--kill-child=SIGKILL"} <= set(line)
    assert line[-len(INNER) :] == INNER


def test_docker_has_no_network_no_rights_and_no_writable_root() -> None:
    line = commands.docker(
        "docker", SEEN, INNER, Path("/tmp/s/home"), user=(1000, 1000), environment={"A": "1"}, memory_mb=6000, name="n"
    )
    assert after(line, "--network") == ["none"] and "--read-only" in line and after(line, "--cap-drop") == ["ALL"]
    assert after(line, "--memory") == ["6000m"] and after(line, "--user") == ["1000:1000"]
    assert after(line, "--gpus") == ["all"] and after(line, "--device") == ["/dev/dri"]
    mounts = after(line, "--mount")
    assert "type=bind,source=/models,target=/models,readonly" in mounts
    assert [m for m in mounts if "readonly" not in m] == [
        "type=tmpfs,target=/usr/lib/us",
        "type=bind,source=/tmp/s,target=/tmp/s",
    ]
    assert line[-len(INNER) - 1 :] == [commands.IMAGE, *INNER]


def test_a_view_shows_what_is_in_it() -> None:
    assert SEEN.shows(Path("/models/a/b")) and SEEN.shows(Path("/usr/lib/us/worker/wire.py"))
    assert not SEEN.shows(Path("/usr/lib/us/judge.py")) and not SEEN.shows(Path("/home"))


def test_rules_that_can_only_add_leave_out_what_is_hidden(tmp_path: Path) -> None:
    for name in ("site/torch", "site/us/worker", "site/us/secret", "site/numpy"):
        (tmp_path / name).mkdir(parents=True)
    seen = View((tmp_path,), (), (), (tmp_path / "site" / "us",), (tmp_path / "site" / "us" / "worker",))
    assert [p.relative_to(tmp_path).as_posix() for p in seen.granted()] == [
        "site/numpy",
        "site/torch",
        "site/us/worker",
    ]


def test_neither_home_nor_repository_nor_keys_are_in_the_view(tmp_path: Path) -> None:
    models = tmp_path / "hub"
    (models / "hub" / "models--a--b").mkdir(parents=True)
    (models / "token").write_text("hf_secret")
    seen = view.view_of(view.interpreter(Path(sys.executable)), models, tmp_path / "scratch", {}, ())
    repository = Path(__file__).parents[2]
    for hidden in (
        Path.home(),
        Path.home() / ".ssh",
        models / "token",
        repository,
        repository / "tools",
        Path("/etc/shadow"),
    ):
        assert not seen.shows(hidden), hidden
    for shown in (models / "hub" / "models--a--b", Path(os.__file__), view.WORKER / "zygote.py", Path("/usr/bin/env")):
        assert seen.shows(shown), shown


def test_links_out_of_the_models_home_lead_somewhere(tmp_path: Path) -> None:
    (tmp_path / "home" / "hub" / "models--a").mkdir(parents=True)
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "w.bin").write_text("w")
    (tmp_path / "home" / "hub" / "models--a" / "w.bin").symlink_to(tmp_path / "store" / "w.bin")
    assert tmp_path / "store" in list(view.of_models(tmp_path / "home"))


def test_a_script_may_read_what_it_names_and_what_stands_beside_it(tmp_path: Path) -> None:
    folder, models = tmp_path / "project", tmp_path / "weights"
    (folder / "data").mkdir(parents=True)
    models.mkdir()
    (folder / "photo.png").write_bytes(b"x" * 300_000)
    script = folder / "s.py"
    script.write_text(
        f"M = {str(models)!r}\nH = '/etc/passwd', '~/.ssh', '/', '/tmp', '/proc/1', '{tmp_path}/nowhere'\n"
    )
    assert set(reads.of_file(script, Walls())) == {models, folder / "data", folder / "photo.png"}
    assert set(reads.of_file(script, Walls(guarded=(models,)))) == {folder / "data", folder / "photo.png"}


@pytest.mark.parametrize(
    "path", ["~", "~/.ssh/id_rsa", "/etc", "/", "/proc/self", "/var/lib", "~/.config/x", "/root/.aws"]
)
def test_places_that_no_script_needs(path: str) -> None:
    assert reads.secret(Path(path).expanduser())


def test_keys_of_the_hub_stay_hidden_in_the_cache_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    cache = tmp_path / "me" / ".cache"
    hub = cache / "huggingface"
    (hub / "hub" / "models--a").mkdir(parents=True)
    for name in ("token", "stored_tokens"):
        (hub / name).write_text("hf_secret")
    (cache / "store.sqlite").write_text("rows")
    script = tmp_path / "project" / "s.py"
    script.parent.mkdir()
    script.write_text("N = '~/.cache', '~/.cache/huggingface', '~/.cache/huggingface/token', '~/.cache/store.sqlite'")
    assert reads.of_file(script, Walls(guarded=(cache / "store.sqlite",))) == (hub / "hub",)


def test_this_program_is_not_for_scripts() -> None:
    assert reads.secret(Path(__file__).parents[2]) and reads.secret(Path(__file__).parents[3])


def test_what_was_hidden_is_named_with_the_option_that_shows_it(tmp_path: Path) -> None:
    there = tmp_path / "weights"
    there.mkdir()
    message = f"OSError: cannot load '{there}'; also /etc/shadow and {tmp_path}/nothing"
    assert reads.unseen(message, SEEN) == there and reads.unseen(message, SEEN, (there,)) is None
    said = with_hint(Crashed(message=message, stage="load", error="OSError"), there)
    assert said.message.endswith(f"the sandbox hides it: allow it with --allow-read {there}")


def test_a_layer_that_is_missing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    layers.missing.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        for name in ("bwrap", "unshare", "docker"):
            with pytest.raises(
                SetupError, match=rf"sandbox {name} cannot be used: {name} is not installed; .* --sandbox auto"
            ):
                layers.choose(name)
        assert layers.choose("auto").around == "none"
    finally:
        layers.missing.cache_clear()


def test_the_sandbox_is_said_in_one_line() -> None:
    full = layers.Layers("bwrap", 7, True)
    assert full.words("") == "sandbox: bubblewrap, Landlock, seccomp; no network"
    assert replace(full, around="none").words("") == "sandbox: Landlock, seccomp; no network"
    assert "read and write what you can" in layers.choose("none").words("not cut: no namespaces on this system")


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_a_program_that_ends(machine: str) -> None:
    """Every jump stays inside, the last step returns, and the whole fits what the kernel takes."""
    steps = seccomp.program(machine, unix_sockets=True, keep_metadata=True)
    assert len(steps) < 4096 and steps[-1] == (0x06, 0, 0, 0x7FFF0000)
    for at, (code, yes, no, value) in enumerate(steps):
        struct.pack("=HBBI", code, yes, no, value)
        assert at + 1 + max(yes, no) < len(steps) or code == 0x06


@pytest.mark.parametrize(("abi", "files"), [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (7, 16)])
def test_older_kernels_are_asked_only_for_what_they_know(abi: int, files: int) -> None:
    rights, net, scoped = landlock.handled(abi)
    assert rights.bit_count() == files and bool(net) == (abi >= 4) and bool(scoped) == (abi >= 6)


def test_a_log_that_was_replaced_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    assert [ending.tail(tmp_path / n, 100) for n in ("link", "pipe", "none", "secret")] == ["", "", "", "secret"]


def test_a_locked_folder_is_removed_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    job = tmp_path / "job"
    (job / "locked" / "deep").mkdir(parents=True)
    (job / "out").symlink_to(tmp_path / "kept")
    (job / "locked").chmod(0)
    ending.remove(job)
    assert not job.exists() and (tmp_path / "kept" / "file").exists()


def nested(folder: Path, depth: int) -> None:
    fd = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("a", dir_fd=fd)
        deeper = os.open("a", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = deeper
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    os.close(fd)


def test_folders_nested_beyond_every_path_are_counted_and_removed(tmp_path: Path) -> None:
    job = tmp_path / "job"
    job.mkdir()
    nested(job, 50)
    assert watch.on_disk(job) < 1 << 30
    nested(next(job.glob("/".join("a" * 50))), 3000)
    assert watch.on_disk(job) > 1 << 60
    ending.remove(job)
    assert not job.exists()


def test_what_a_killed_run_has_nested_is_swept(tmp_path: Path) -> None:
    left = tmp_path / f"diffagent-{2**22 + 1}-x"
    left.mkdir()
    nested(left, 3000)
    scratch.sweep(tmp_path)
    assert not left.exists()


def test_countless_folders_are_more_than_any_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_MOST_FILES", 100)
    for n in range(100):
        (tmp_path / str(n)).mkdir()
    assert watch.on_disk(tmp_path) < 1 << 30
    (tmp_path / "one more").mkdir()
    assert watch.on_disk(tmp_path) > 1 << 60


def test_code_is_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("mine")
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "s.py").symlink_to(tmp_path / "mine.py")
    jobs.write_script(tmp_path / "job", "s.py", "theirs")
    assert (tmp_path / "mine.py").read_text() == "mine" and (tmp_path / "job" / "s.py").read_text() == "theirs"


def test_a_folder_that_is_allowed_has_to_be_there(tmp_path: Path) -> None:
    there = Settings(allow_read=f"{tmp_path}{os.pathsep}~")
    assert there.readable == (tmp_path, Path.home())
    with pytest.raises(UsageError, match="--allow-read /no/such: there is no such file"):
        assert Settings(allow_read="/no/such").readable
