"""Writes of households, members, cards, kin, links, teams and the register."""

from .cards import issue_card as issue_card
from .cards import set_fresh_pin as set_fresh_pin
from .households import add_household as add_household
from .households import add_member as add_member
from .households import record_departure as record_departure
from .households import record_return as record_return
from .households import set_head as set_head
from .households import update_household as update_household
from .households import update_member as update_member
from .kin import declare_kin as declare_kin
from .kin import declare_staff_tie as declare_staff_tie
from .kin import end_kin as end_kin
from .life import confirm_life_event as confirm_life_event
from .life import enter_life_event as enter_life_event
from .life import withdraw_life_event as withdraw_life_event
from .links import agree_to_link as agree_to_link
from .links import end_link as end_link
from .links import propose_link as propose_link
from .moves import move_member as move_member
from .register import apply_import as apply_import
from .register import draft_import as draft_import
from .succession import pass_on as pass_on
from .teams import add_team as add_team
from .teams import assign_team as assign_team
