"""Writes the Parquet file that the tests of org.tina.data read, as pandas and the datasets library would:

    python src/test/python/parquet_file.py src/test/resources/org/tina/data

Needs pyarrow and pandas; the file in the repository is by pyarrow 25.0.1.
"""

import json
import sys
from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet

# a missing answer makes pandas store whole numbers as floating point
frame = pandas.DataFrame({
    "question": ["1 + 1?", "Wie groß ist √2 · √8?", "naïve 😀 \\frac{1}{2}", "no answer"],
    "answer": [2, 4, 0.5, None],
    "messages": [[{"role": "user", "content": f"m{i}"}] for i in range(4)],
    "verification_info": [json.dumps({"answer": {"value": value}}) for value in ("10", 11, "\\pi", None)],
})
table = pyarrow.Table.from_pandas(frame)
table = table.set_column(0, "question", table.column("question").dictionary_encode())
pyarrow.parquet.write_table(table, Path(sys.argv[1]) / "pandas.parquet", compression="zstd", row_group_size=2)
