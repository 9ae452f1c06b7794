"""Does what the file command says ("NUMBER WORD"), at once: exec, gain, lose (a thread), fork (a child that lives on), reap (them);
meanwhile it checks its memory. In the file status it says, as binary numbers: rounds, the number of the last command, execs,
threads, children, what was wrong. It is started again by its own exec with what it had done."""
import os
import signal
import struct
import sys
import threading
import time

done, execs = int(sys.argv[1]), int(sys.argv[2])
command = os.open("command", os.O_RDWR | os.O_CREAT, 0o600)
status = os.open("status", os.O_RDWR | os.O_CREAT, 0o600)
memory = bytearray(1 << 20)
threads, children = [], []
rounds = wrong = queued = 0


class Waiting(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.end = threading.Event()
        self.start()

    def run(self):
        self.end.wait()


def count(number, frame):
    global queued
    queued += 1


def follow(word):
    global children
    if word == "exec":
        os.execv(sys.executable, [sys.executable, sys.argv[0], str(done), str(execs + 1)])
    elif word == "gain":
        threads.append(Waiting())
    elif word == "lose":
        thread = threads.pop()
        thread.end.set()
        thread.join()
    elif word == "fork":
        child = os.fork()
        if child == 0:
            while True:
                signal.pause()
        children.append(child)
    elif word == "reap":
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        children = []


def differ():
    """Whether the threads are others than they should be, for longer than one that has been joined takes to end."""
    deadline = time.monotonic() + 2
    while len(os.listdir("/proc/self/task")) != 1 + len(threads):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.0005)
    return False


signal.signal(signal.SIGRTMIN + 3, count)
threads.append(Waiting())
while True:
    rounds += 1
    at = rounds * 4096 % len(memory)
    before = struct.unpack_from("q", memory, at)[0]
    if before != max(0, rounds - len(memory) // 4096):
        wrong += 1
    struct.pack_into("q", memory, at, rounds)
    words = os.pread(command, 64, 0).split()
    if len(words) == 2 and int(words[0]) > done:
        done = int(words[0])
        follow(words[1].decode())
    if len(os.listdir("/proc/self/task")) != 1 + len(threads) and differ():
        wrong += 1
    numbers = struct.pack("7q", rounds, done, execs, len(threads), len(children), queued, wrong)
    os.pwrite(status, numbers, 0)
    time.sleep(0.0005)
