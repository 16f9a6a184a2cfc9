"""The paper twins of a session: its poster and its roster, ready to be set."""

from app.activities.domain.check_in import Place
from app.identity.queries import display_names, village
from app.kit import clock
from app.kit.codes import code_link
from app.kit.masking import mask_name
from app.kit.points import format_tenths
from app.people import queries as people
from app.printing.payloads import ActivityPoster, Roster, RosterRow

from .attendance import live_signups
from .sessions import SessionView, organiser_ids

_BLANK_ROWS = 10


def poster(view: SessionView, *, public_url: str) -> ActivityPoster:
    """What the activity's poster says; its link ends in the poster's code."""
    place = village(view.session.village_id)
    return ActivityPoster(
        created_at=view.activity.created_at,
        branch_name=f"{place.name}分行",
        title=view.activity.title,
        day=_day(view),
        time=_hours(view),
        place=view.activity.place,
        points=_points(view),
        bring=view.activity.bring,
        ask_name=place.contact_name,
        ask_phone=place.contact_phone,
        code=view.session.poster_code,
        link=code_link(public_url, view.session.poster_code),
    )


def roster(view: SessionView) -> Roster:
    """The list to sign on paper, masked, with blank lines for people who just come."""
    place = village(view.session.village_id)
    signups = [
        signup for signup in live_signups(view.session.id) if signup.place == Place.CONFIRMED
    ]
    names = {
        person.id: person.name
        for person in people.members(place.id, member_ids={signup.member_id for signup in signups})
    }
    households = people.households_of(place.id, list(names))
    return Roster(
        created_at=max([view.activity.created_at, *(signup.created_at for signup in signups)]),
        branch_name=f"{place.name}分行",
        title=view.activity.title,
        day=_day(view),
        time=_hours(view),
        place=view.activity.place,
        points=_points(view),
        organiser="、".join(display_names(organiser_ids(view.activity.id)).values()),
        rows=tuple(
            RosterRow(
                name=mask_name(names[signup.member_id]),
                head_name=mask_name(households[signup.member_id].head_name),
                passbook_number=households[signup.member_id].passbook_no,
            )
            for signup in signups
        ),
        blank_row_count=_BLANK_ROWS,
    )


def _day(view: SessionView) -> str:
    day = clock.local(view.session.starts_at)
    return f"{day.year}年{day.month}月{day.day}日"


def _hours(view: SessionView) -> str:
    starts, ends = clock.local(view.session.starts_at), clock.local(view.session.ends_at)
    return f"{starts:%H:%M}–{ends:%H:%M}"


def _points(view: SessionView) -> str:
    sign = "-" if view.activity.spends else "+"
    unit = "每满1小时" if view.activity.hourly else "每人"
    return f"{unit} {sign}{format_tenths(view.activity.points)} 分"
