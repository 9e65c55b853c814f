"""Sealing many documents of one layout quickly: a prepared first layer, a written second one, a prepared signature."""

from certificates.fast.press import Press

__all__ = ["Press"]
