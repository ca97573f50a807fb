"""What a process has to have loaded that reads files of results."""

from __future__ import annotations

import numpy as np  # noqa: F401
import pandas as pd  # noqa: F401
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

import bench.outside.reading  # noqa: F401

pa.set_cpu_count(1)
pa.set_io_thread_count(1)
