"""A small seccomp filter: system calls that no picture needs, refused for this process and all its children.

Sockets fail with "network is unreachable", the rest with "operation not permitted". Numbers are those of the kernel's
tables for x86_64 and aarch64; elsewhere there is no filter, and `available` says so.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SOCKET, _CLONE, _IOCTL = {"x86_64": 41, "aarch64": 198}, {"x86_64": 56, "aarch64": 220}, {"x86_64": 16, "aarch64": 29}
_CLONE3 = 435
_REFUSED = {
    # names: (x86_64, aarch64)
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    # System V and POSIX queues outlive the process that made them
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
}
_METADATA = {
    # chmod, chown, utime, setxattr and removexattr in all their forms: Landlock lets them through on any path
    "x86_64": (90, 91, 92, 93, 94, 132, 188, 189, 190, 197, 198, 199, 235, 260, 261, 268, 280, 452, 463, 466),
    "aarch64": (5, 6, 7, 14, 15, 16, 52, 53, 54, 55, 88, 452, 463, 466),
}
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEW{CGROUP,UTS,IPC,USER,PID,NET,NS}
_TYPE_INTO_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_LOAD, _EQUAL, _ABOVE, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # classic BPF
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24  # offsets in struct seccomp_data; arguments' low halves, little endian
_AF_UNIX = 1
_MODE_FILTER, _SPEC_ALLOW = 1, 4  # the second keeps the processor as fast as it was

Step = tuple[int, int, int, int]


def available() -> bool:
    """Is there a filter for this machine, and a kernel that takes it?"""
    return sys.platform == "linux" and platform.machine() in _AUDIT and _asked()


def _asked() -> bool:
    nothing = ctypes.c_void_p(None)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(_SECCOMP[platform.machine()], _MODE_FILTER, 0, nothing)
    return ctypes.get_errno() == errno.EFAULT


def program(machine: str, unix_sockets: bool, keep_metadata: bool = False) -> list[Step]:
    """The filter as BPF steps (code, jump if true, jump if false, value).

    With `keep_metadata` a change of modes, owners and times does nothing, and says that it has worked: the mounts are
    not read-only, and a script that copies files with their modes has to go on.
    """
    column = 0 if machine == "x86_64" else 1
    refuse = _return(_ERRNO | errno.EPERM)
    steps: list[Step] = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, _AUDIT[machine]), _return(_KILL), (_LOAD, 0, 0, _NR)]
    if machine == "x86_64":
        steps += [(_ABOVE, 0, 1, 0x40000000), refuse]  # the x32 table has numbers of its own
    for numbers in _REFUSED.values():
        steps += [(_EQUAL, 0, 1, numbers[column]), refuse]
    for number in _METADATA[machine] if keep_metadata else ():
        steps += [(_EQUAL, 0, 1, number), _return(_ERRNO)]
    steps += [(_EQUAL, 0, 1, _CLONE3), _return(_ERRNO | errno.ENOSYS)]  # its flags cannot be seen: libc takes clone
    steps += _with(_CLONE[machine], [(_LOAD, 0, 0, _ARG0), (_BITS, 0, 1, _NEW_NAMESPACES), refuse])
    steps += _with(_IOCTL[machine], [(_LOAD, 0, 0, _ARG1), *(s for k in _TYPE_INTO_TERMINAL for s in
                                                             ((_EQUAL, 0, 1, k), refuse))])  # fmt: skip
    unreachable = _return(_ERRNO | errno.ENETUNREACH)
    local: list[Step] = [(_LOAD, 0, 0, _ARG0), (_EQUAL, 0, 1, _AF_UNIX), _return(_ALLOW)] if unix_sockets else []
    return [*steps, *_with(_SOCKET[machine], [*local, unreachable]), _return(_ALLOW)]


def _with(number: int, steps: list[Step]) -> list[Step]:
    """`steps` for one system call; whoever comes through them is allowed."""
    return [(_EQUAL, 0, len(steps) + 1, number), *steps, _return(_ALLOW)]


def _return(what: int) -> Step:
    return (_RETURN, 0, 0, what)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def restrict(unix_sockets: bool, keep_metadata: bool) -> None:
    """Put the filter on this process, for good. Raises OSError where the kernel refuses. Needs `no_new_privs`."""
    machine = platform.machine()
    steps = program(machine, unix_sockets, keep_metadata)
    packed = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *s) for s in steps))
    wanted = _Program(len(steps), ctypes.cast(packed, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_SECCOMP[machine], _MODE_FILTER, _SPEC_ALLOW, ctypes.byref(wanted)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")
