"""Answers how long benchmarks take: what the scripts of peers share."""

import sys
import time


def seconds(run, shortest=0.005):
    """Of one call: of as many as take a while."""
    calls = 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            run()
        elapsed = time.perf_counter() - start
        if elapsed > shortest:
            return elapsed / calls
        calls *= 2 + int(shortest / max(elapsed, 1e-6) / 2)


def serve(cases, seconds=seconds):
    """Reads a peer and a benchmark a line, and answers the seconds of a call.

    `cases` has for each benchmark's name a function of its sizes that gives the peers' calls; `seconds` times one.
    """
    made = (None, None)
    print("ready", flush=True)
    for line in sys.stdin:
        peer, name, *sizes = line.split()
        if made[0] != (name, sizes):
            made = (None, None)
            made = ((name, sizes), cases[name](*map(int, sizes)))
            for run in made[1].values():
                run()
        run = made[1].get(peer)
        print(seconds(run) if run else "nan", flush=True)
