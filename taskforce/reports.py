"""What does the task force have to do, and how far has it come?"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from commitments.models import Institution
from mpp_tracker.lib.history import Change, history_of
from regions.models import Person, turf_of
from taskforce.choices import REGIONAL, ActionState, ActionView
from taskforce.models import ActionItem, ActionUpdate, Alert, Decree, Directive, Target
from taskforce.rules import CLOSED_STATES

PER_PAGE = 50


@dataclass(frozen=True)
class ActionRow:
    """One item as it stands."""

    item: ActionItem
    state: ActionState
    progress_pct: int
    updated_at: datetime | None
    days_late: int
    """By how many days it is open past its deadline; 0 where it is not."""


@dataclass(frozen=True)
class Column:
    """What stands in one state: those of the page, and how many there are on all pages."""

    state: ActionState
    rows: tuple[ActionRow, ...]
    count: int


@dataclass(frozen=True)
class ActionList:
    """The items chosen, as a list or as a board."""

    rows: tuple[ActionRow, ...]
    columns: tuple[Column, ...]
    page: Page
    open_count: int
    overdue_count: int
    closed_count: int
    """All that the reader may see, whatever is chosen."""


@dataclass(frozen=True)
class DirectiveRow:
    """A directive and what was made of it."""

    directive: Directive
    items: tuple[ActionRow, ...]

    @property
    def done_count(self) -> int:
        """Return how many of its items are done."""
        return sum(row.state == ActionState.DONE for row in self.items)

    @property
    def counted(self) -> tuple[ActionRow, ...]:
        """Return its items without those called off."""
        return tuple(row for row in self.items if row.state != ActionState.CANCELLED)


@dataclass(frozen=True)
class MandatePage:
    """The task force: who it is, what it was told, what it is to reach."""

    decrees: tuple[Decree, ...]
    directives: tuple[DirectiveRow, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class ActionPage:
    """One item with all that was said and changed, latest first."""

    row: ActionRow
    updates: tuple[ActionUpdate, ...]
    """Empty for whoever reads only how it stands."""
    changes: tuple[Change, ...]
    sees_people: bool
    alert: Alert | None
    """Why it was planned, where the reader may know."""


def mandate_page(user: Person, *, today: date) -> MandatePage:
    """Return the task force's decrees, members, directives and targets."""
    items = ActionItem.objects.visible_to(user).filter(directive__isnull=False)
    by_directive: dict[int | None, list[ActionRow]] = defaultdict(list)
    for row in rows_of(items, today=today):
        by_directive[row.item.directive_id].append(row)
    directives = Directive.objects.visible_to(user).prefetch_related("institutions")
    return MandatePage(
        decrees=tuple(Decree.objects.visible_to(user).prefetch_related("members__institution")),
        directives=tuple(DirectiveRow(each, tuple(by_directive[each.pk])) for each in directives),
        targets=tuple(Target.objects.select_related("province").order_by("-deadline", "province__code", "-set_on")),
    )


def action_list(user: Person, chosen: Mapping[str, Any], *, today: date, number: str = "") -> ActionList:
    """Return the items that `user` may see and has chosen, the most pressing first.

    Args:
        user: the reader.
        chosen: what a valid `ActionFilterForm` says.
        today: decides what is overdue.
        number: which page of the list.
    """
    visible = ActionItem.objects.visible_to(user)
    items = _chosen(visible, user, chosen, today=today)
    page = Paginator(_standing(items), PER_PAGE).get_page(number)
    rows = tuple(_row(item, today) for item in page)
    by_state: dict[ActionState, list[ActionRow]] = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row)
    counts = Counter(dict(items.with_standing().order_by().values_list("state").annotate(count=Count("pk"))))
    open_count, all_count = visible.open().count(), visible.count()
    return ActionList(
        rows=rows,
        columns=tuple(Column(state, tuple(by_state[state]), counts[state]) for state in _columns(counts)),
        page=page,
        open_count=open_count,
        overdue_count=visible.overdue(today).count(),
        closed_count=all_count - open_count,
    )


def action_page(item: ActionItem, user: Person, *, today: date) -> ActionPage:
    """Return how an item stands, and for those it concerns what was said of it and how it was changed."""
    (row,) = rows_of(ActionItem.objects.filter(pk=item.pk), today=today)
    sees_people = ActionItem.objects.told_to(user).filter(pk=item.pk).exists()
    updates = item.updates.order_by("-pk").select_related("by").prefetch_related("proofs")
    return ActionPage(
        row=row,
        updates=tuple(updates) if sees_people else (),
        changes=_changes(item, user) if sees_people else (),
        sees_people=sees_people,
        alert=_alert_of(item, user),
    )


def _changes(item: ActionItem, user: Person) -> tuple[Change, ...]:
    """Return how an item was changed, without the alert behind it for those who may not know of that."""
    changes = history_of(item)
    if turf_of(user).sees_nation:
        return changes
    hidden = str(ActionItem._meta.get_field("alert").verbose_name)
    return tuple(
        replace(change, fields=tuple(field for field in change.fields if field.name != hidden)) for change in changes
    )


def _alert_of(item: ActionItem, user: Person) -> Alert | None:
    if item.alert_id is None:
        return None
    return Alert.objects.visible_to(user).with_subjects().filter(pk=item.alert_id).first()


def all_rows(shown: ActionList, *, today: date) -> tuple[ActionRow, ...]:
    """Return what a list holds on all its pages."""
    return tuple(_row(item, today) for item in shown.page.paginator.object_list)


def rows_of(items: Any, *, today: date, by: datetime | None = None) -> tuple[ActionRow, ...]:
    """Return items as they stand, or stood `by` a moment, the most pressing first."""
    return tuple(_row(item, today) for item in _standing(items, by))


def owners_of(user: Person) -> tuple[Institution, ...]:
    """Return the institutions that own an item which `user` may see."""
    owners = ActionItem.objects.visible_to(user).filter(owner__isnull=False).values("owner")
    return tuple(Institution.objects.filter(pk__in=owners))


def _standing(items: Any, by: datetime | None = None) -> Any:
    related = ("owner", "directive", "province", "regency__province", "site__regency__province")
    return items.with_standing(by).select_related(*related).most_pressing_first()


def _chosen(items: Any, user: Person, chosen: Mapping[str, Any], *, today: date) -> Any:
    shown = chosen.get("lihat")
    if shown == ActionView.CLOSED:
        items = items.exclude(pk__in=items.open().values("pk"))
    elif shown == ActionView.OVERDUE:
        items = items.overdue(today)
    else:
        items = items.open()
    if shown == ActionView.MINE:
        items = items.owned_by(user)
    if owner := chosen.get("instansi"):
        items = items.filter(Q(owner=None) if owner == REGIONAL else Q(owner=int(owner)))
    if code := chosen.get("provinsi"):
        items = items.in_province(code)
    if priority := chosen.get("prioritas"):
        items = items.filter(priority=priority)
    if directive := chosen.get("arahan"):
        items = items.filter(directive=directive)
    return items


def _columns(filled: Mapping[str, int]) -> tuple[ActionState, ...]:
    """Return the columns of a board: what is open always, what is closed where there is something."""
    return tuple(state for state in ActionState if state not in CLOSED_STATES or filled.get(state))


def _row(item: Any, today: date) -> ActionRow:
    state = ActionState(item.state)
    late = (today - item.due_on).days if state not in CLOSED_STATES else 0
    return ActionRow(item, state, item.progress_pct, item.updated_at, max(late, 0))
