"""Interrupts a run under its launcher: interrupt_test.py SIGNAL COMMAND...

Passes if every rank reports the signal, and everything that was finished has been stored."""

import signal
import subprocess
import sys
import time

number = signal.Signals[sys.argv[1]]
job = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, text=True)
assert job.stdout.readline() == "running\n", "the run did not start"
time.sleep(0.5)
job.send_signal(number)
text, _ = job.communicate(timeout=60)
print(text)
ranks = [line for line in text.splitlines() if line.startswith("rank ")]
for line in ranks:
    assert line.endswith("with some units done, all stored"), line
assert ranks, "no rank came to its end"
