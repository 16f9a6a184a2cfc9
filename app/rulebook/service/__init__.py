"""Writes of the rule book: saving a version, awarding within its caps, taking an award back."""

from .awards import award as award
from .awards import hold_awards as hold_awards
from .drafts import adopt_draft as adopt_draft
from .drafts import upload_draft as upload_draft
from .reversal import reverse_award as reverse_award
from .versions import save_version as save_version
