"""Prints what TensorBoard reads in a run's directory, a line a tag; its reader refuses a wrong checksum.

usage: event_file.py DIRECTORY      in an environment with "pip install tensorboard"
"""

import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
for tag in events.Tags()["scalars"]:
    print(tag, " ".join(f"{scalar.step}:{scalar.value:.4g}" for scalar in events.Scalars(tag)))
