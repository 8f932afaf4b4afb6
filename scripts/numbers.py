"""Numbers in a row or in a table: arrays as they are computed, lists as an artifact has them.

What is not finite is None in an artifact, a gap, and NaN again in `np.array(row, float)`.
"""

from typing import Any

from numpy.typing import NDArray

Row = NDArray[Any] | list[float]
Gapped = Row | list[float | None]
Table = NDArray[Any] | list[list[float]]
