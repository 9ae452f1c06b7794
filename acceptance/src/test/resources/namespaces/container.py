"""container.py ROOT proc|none setsid --fork PROGRAM SCRATCH ARGUMENT...

Executes a static program, in a session of its own, in mount and network namespaces whose root has nothing but that program, its scratch
directory, /dev/null, and perhaps a /proc. A process that never ends holds the namespaces; its id stands in SCRATCH/holder.
"""
import ctypes, fcntl, os, shutil, socket, struct, sys

CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 0x1000, 0x4000, 0x40000, 2
SYS_PIVOT_ROOT = 155
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
libc = ctypes.CDLL(None, use_errno=True)


def call(name, *args):
    if getattr(libc, name)(*args) == -1:
        raise OSError(ctypes.get_errno(), name)


root, proc, _, _, program, scratch = sys.argv[1:7]
os.makedirs(root)
call("unshare", CLONE_NEWNS | CLONE_NEWNET)
call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
call("mount", b"none", root.encode(), b"tmpfs", 0, None)
inside = os.path.join(root, scratch.lstrip("/"))
for directory in (inside, *(os.path.join(root, name) for name in ("proc", "dev", "old"))):
    os.makedirs(directory)
shutil.copy(program, os.path.join(root, "program"))
os.mknod(os.path.join(root, "dev/null"), 0o20666, os.makedev(1, 3))
call("mount", scratch.encode(), inside.encode(), None, MS_BIND, None)
if proc == "proc":
    call("mount", b"proc", os.path.join(root, "proc").encode(), b"proc", 0, None)
os.chdir(root)
call("syscall", SYS_PIVOT_ROOT, b".", b"old")
call("umount2", b"/old", MNT_DETACH)
os.chdir(scratch)
for number, name in enumerate(("/dev/null", "out", "err")):
    file = os.open(name, os.O_RDWR)
    os.dup2(file, number)
    os.close(file)
lo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(lo, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
lo.close()
holder = os.fork()
if holder == 0:
    os.setsid()
    libc.pause()
with open("holder", "w") as file:
    file.write(str(holder))
if os.fork() == 0:
    os.setsid()
    os.execv("/program", ["/program"] + sys.argv[6:])
