"""Drawing library for SVG plots, without script and kept out of start-up."""

import re
import sys
from typing import Any

INK, MUTED, ACTION, DENY, WARN = "#1a1f2b", "#8a93a5", "#1d4f91", "#b8281b", "#b87400"


def plot_library() -> Any:  # noqa: ANN401 - has no stubs
    """pygal, without the finder it hooks into every later import of the process."""
    import pygal

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]
    return pygal


def plot_look(*colours: str) -> dict[str, Any]:
    """Arguments that every chart takes: the site's ink on white, a legend below, no script."""
    style = plot_library().style.Style(
        background="#ffffff", plot_background="#ffffff", foreground=INK, foreground_strong=INK,
        foreground_subtle=MUTED, colors=colours, font_family="sans-serif", label_font_size=14,
        major_label_font_size=14, legend_font_size=15, title_font_size=15,
    )  # fmt: skip
    return {
        "style": style, "js": [], "width": 1000, "height": 360, "margin": 12, "legend_at_bottom": True,
        "truncate_label": -1, "truncate_legend": -1, "no_prefix": True, "disable_xml_declaration": True,
    }  # fmt: skip


def drawn(chart: Any) -> bytes:  # noqa: ANN401 - a chart
    """The chart as SVG bytes, its script element taken out."""
    told: str = chart.render(is_unicode=True)
    return re.sub(r"<script.*?</script>", "", told, flags=re.DOTALL).encode()
