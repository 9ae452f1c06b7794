#!/usr/bin/env python3
"""Four threads append numbered lines to a file each and to one file together, while the interpreter
allocates and collects; no number is missing and none comes twice."""
# opt-out: beside: both would write to the same file
# needs: moving
# opt-out: again: the files go on after the image was taken, so that a second restore writes lines again
import gc
import os
import sys
import threading
import time

directory = sys.argv[1]
THREADS = 4
go = os.path.join(directory, "go")
written = [0] * THREADS
stopping = False
failures = []


def put(name, text):
    """Writes a file that appears complete."""
    path = os.path.join(directory, name)
    with open(path + ".part", "w") as file:
        file.write(text)
    os.rename(path + ".part", path)


def append(number):
    own = open(os.path.join(directory, f"log-{number}"), "a", buffering=1)
    shared = os.open(os.path.join(directory, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    garbage = {}
    while not stopping:
        line = written[number] + 1
        own.write(f"{line}\n")
        os.write(shared, f"{number} {line}\n".encode())
        written[number] = line
        garbage[line % 1000] = [object() for _ in range(20)]
        garbage[(line + 1) % 1000] = garbage  # a cycle, for the collector
        time.sleep(0.002)


def lines(name):
    """One after the other: after an hour there are millions."""
    with open(os.path.join(directory, name)) as file:
        for line in file:
            yield line.rstrip("\n")


def in_order(numbers):
    """How many come, each one more than the one before; -1 if one does not."""
    count = 0
    for number in numbers:
        count += 1
        if number != str(count):
            return -1
    return count


def check(what, got, expected):
    if got != expected:
        failures.append(f"FAIL: {what}: expected {expected} got {got}")


threads = [threading.Thread(target=append, args=(i,)) for i in range(THREADS)]
for thread in threads:
    thread.start()
while min(written) < 20:
    time.sleep(0.01)
put("ready", f"{os.getpid()}\n")
print("ready", flush=True)
while not os.path.exists(go):
    time.sleep(0.01)

before = list(written)
deadline = time.monotonic() + 10
while min(w - b for w, b in zip(written, before)) < 20 and time.monotonic() < deadline:
    time.sleep(0.01)
stopping = True
for thread in threads:
    thread.join()
if os.path.exists(os.path.join(directory, "sabotage")):
    written[2] += 1
gc.collect()
for i in range(THREADS):
    check(f"thread {i} goes on", written[i] - before[i] >= 20, True)
    check(f"lines of thread {i} in order", in_order(lines(f"log-{i}")), written[i])
together = [0] * THREADS
for line in lines("log"):
    number, count = line.split()
    together[int(number)] += 1
    if count != str(together[int(number)]):
        failures.append(f"FAIL: the shared file: {line} after {together[int(number)] - 1}")
        break
else:
    check("lines in the shared file", together, written)
put("result", "\n".join(failures) + "\n" if failures else "PASS\n")
sys.exit(1 if failures else 0)
