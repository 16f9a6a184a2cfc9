"""What the notice prints of grids, bonuses and linked scores: rows, and how they are reckoned."""

from app.identity import queries as places
from app.incentives.domain.computing import LinkedScore, MonthResult
from app.kit.points import format_hundredths, format_tenths
from app.people import queries as people
from app.printing import payloads

from .names import public_name

_MEAN_HOUSEHOLDS_MIN = 5


def grid_rows(village_id: int, computed: MonthResult) -> tuple[payloads.GridRow, ...]:
    """One for each grid that has households."""
    names = {grid.id: grid.name for grid in places.grids(village_id)}
    return tuple(
        payloads.GridRow(
            grid=names[grid.id],
            households=str(len(grid.households)),
            took_part=str(len(grid.took_part)),
            rate=f"{grid.rate_percent}%",
            mean_standing=_mean(grid.mean_standing, len(grid.households)),
            bonus=format_tenths(grid.bonus * len(grid.took_part)),
        )
        for grid in computed.grids
    )


def grid_note(computed: MonthResult) -> str:
    """Who receives a bonus, and why it is less where the pool did not reach."""
    sentences = []
    terms = computed.terms
    if terms.grid is not None:
        sentences.append(
            f"参与率达到{terms.grid.threshold_percent}%的网格，"
            f"参加的户每户奖励{format_tenths(terms.grid.bonus)}分。"
        )
    if terms.team_bonus is not None:
        sentences.append(
            f"完成当月主题的服务队，队员每人奖励{format_tenths(terms.team_bonus)}分，记在本户。"
        )
    if computed.paid < computed.needed:
        sentences.append(
            f"奖励池有{format_tenths(computed.pool)}分，按细则要发{format_tenths(computed.needed)}分，"
            f"各项按同样的比例少发，实发{format_tenths(computed.paid)}分。"
        )
    return "".join(sentences)


def linked_score_rows(
    village_id: int, computed: MonthResult
) -> tuple[payloads.LinkedScoreRow, ...]:
    """One for each party member with linked households, where the rule book says to print them."""
    terms = computed.terms.linked
    if terms is None or not terms.printed:
        return ()
    scores = [score for score in computed.linked if score.linked]
    wanted = {score.member_id for score in scores}
    names = {each.id: each.name for each in people.members(village_id, member_ids=wanted)}
    homes = people.households_of(village_id, wanted)
    return tuple(
        _linked_score_row(public_name(homes[each.member_id], names[each.member_id]), each)
        for each in scores
    )


def linked_score_note(computed: MonthResult) -> str:
    """The formula in words."""
    terms = computed.terms.linked
    if terms is None:
        return ""
    weight = format_hundredths(terms.weight_hundredths)
    return (
        f"合计 = 自己本月的评价分 + 计入。计入 = 联系户本月评价分的合计 ÷ 联系户数 × {weight}，"
        f"四舍五入到0.1分，加减都不超过{format_tenths(terms.clamp)}分；"
        f"联系户不到{terms.households_min}户的不计入。只算评价分，不算可兑换积分。"
    )


def _mean(mean: int, households: int) -> str:
    """A mean over few households would tell what single ones of them have been marked down for."""
    return format_tenths(mean) if households >= _MEAN_HOUSEHOLDS_MIN else "—"


def _linked_score_row(name: str, score: LinkedScore) -> payloads.LinkedScoreRow:
    return payloads.LinkedScoreRow(
        name=name,
        linked_households=str(len(score.linked)),
        own=format_tenths(score.own),
        linked_mean=_mean(score.linked_mean, len(score.linked)),
        counted=format_tenths(score.term) if score.enough_links else "—",
        total=format_tenths(score.total),
    )
