"""Compares the values of two cubes of one game computed on two devices: compare_cubes.py FIRST SECOND."""

import sys

import h5py
import numpy as np

TOLERANCE = 1e-3  # of a value, which is a difference of logits


def main() -> None:
    with h5py.File(sys.argv[1]) as first, h5py.File(sys.argv[2]) as second:
        difference = np.abs(first["value"][:] - second["value"][:])
    print(f"largest difference of {difference.size} values: {difference.max():.1e}")
    if not difference.max() <= TOLERANCE:
        sys.exit(f"error: values differ by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
