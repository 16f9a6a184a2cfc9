"""Reads of households, members, cards, teams and register imports."""

from .cards import cards_of_household as cards_of_household
from .cards import live_cards as live_cards
from .cards import owner_of_card as owner_of_card
from .cards import owner_of_card_id as owner_of_card_id
from .households import former_members_of as former_members_of
from .households import household as household
from .households import household_by_passbook as household_by_passbook
from .households import household_counts as household_counts
from .households import households as households
from .households import households_of as households_of
from .households import member as member
from .households import members as members
from .households import members_of as members_of
from .households import phone_of as phone_of
from .households import phone_sealer as phone_sealer
from .register import import_plan as import_plan
from .register import import_report as import_report
from .register import import_sealer as import_sealer
from .register import read_file as read_file
from .register import register_import as register_import
from .register import register_imports as register_imports
from .register import register_snapshot as register_snapshot
from .teams import team as team
from .teams import team_member_ids as team_member_ids
from .teams import teams as teams
