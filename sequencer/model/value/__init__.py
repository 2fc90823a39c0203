"""Value models: formulations of what live drivers earn in live affiliates, brands and customer types."""

from sequencer.model.value.base import ValueModel

__all__ = ["ValueModel"]
