"""Statistics that admit small numbers: every figure has its n, its interval, and "not enough data" below a stated n.

`question_bank.statistics.report.report` gives all of one sitting. This module itself imports neither numpy nor scipy,
so that a page which shows two figures per question does not wait for them.
"""

from question_bank.statistics.brief import MINIMUM_N, ItemStatistics, item_statistics

__all__ = ["MINIMUM_N", "ItemStatistics", "item_statistics"]
