"""A slow second opinion on which times are offered: it walks over every minute and trusts no product code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rule:
    """On these weekdays these wall times, in minutes after midnight; None: the day as such."""

    weekdays: tuple[int, ...]
    spans: tuple[tuple[int, int], ...] | None
    replaces: bool = True

    def text(self) -> str:
        days = ",".join(WEEKDAYS[day] for day in self.weekdays)
        return f"{days} {','.join(map(span_text, self.spans))}" if self.spans else days


@dataclass(frozen=True)
class Hours:
    rules: tuple[Rule, ...]
    off_on_holidays: bool = False

    def text(self) -> str:
        parts = [("; " if rule.replaces else ", ") + rule.text() for rule in self.rules]
        return "".join(parts).removeprefix("; ").removeprefix(", ") + "; PH off" * self.off_on_holidays

    def spans_of(self, day: date, holidays: set[date]) -> list[tuple[int, int] | None]:
        if self.off_on_holidays and day in holidays:
            return []
        spans: list[tuple[int, int] | None] = []
        for rule in self.rules:
            if day.weekday() in rule.weekdays:
                own: list[tuple[int, int] | None] = [*rule.spans] if rule.spans else [None]
                spans = own if rule.replaces else spans + own
        return spans


@dataclass
class Person:
    key: int
    kind: str
    hours: Hours | None = None
    breaks: list[tuple[int, int]] = field(default_factory=list)
    away: list[tuple[datetime, datetime]] = field(default_factory=list)
    occupied: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass
class Run:
    """A live session of the service: its start, who holds it, its free places."""

    start: datetime
    holders: set[int]
    free: int


@dataclass
class World:
    zone: ZoneInfo
    hours: Hours
    holidays: set[date]
    step: int
    minutes: int
    before: int
    after: int
    capacity: int
    notice: int
    horizon: int
    kinds: tuple[str, ...]
    people: list[Person]
    own: Hours | None = None
    """The hours of the service itself; None: whenever the place is open."""
    closures: list[tuple[datetime, datetime]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def offers(self, first: date, last: date, now: datetime, wish: int | None = None):
        """(start in UTC, keys of those who can be chosen, places left) for every time on offer."""
        days = [first + timedelta(days=number) for number in range(-4, (last - first).days + 5)]
        begun = self._minutes_by_opening_day(days)
        open_now = set().union(*begun.values()) - self._minutes(self.closures)
        workers = {person.key: self._working(person, begun, open_now, days) for person in self.people}
        stretches = self._stretches(begun, days)
        found = []
        for start in sorted(self._grid(days)):
            if not self._in_time(start, first, last, now):
                continue
            run = {start + MINUTE * number for number in range(self.minutes)}
            if not run <= open_now or not any(run <= each for each in stretches):
                continue
            able = {person.key for person in self.people if run <= workers[person.key]}
            offer = self._places(start, able, wish)
            if offer[1]:
                found.append((start, *offer))
        return found

    def _in_time(self, start: datetime, first: date, last: date, now: datetime) -> bool:
        day, today = start.astimezone(self.zone).date(), now.astimezone(self.zone).date()
        return (
            first <= day <= last
            and (start - now) >= timedelta(minutes=self.notice)
            and (day - today).days <= self.horizon
        )

    def _places(self, start: datetime, able: set[int], wish: int | None) -> tuple[set[int], int]:
        block = {start + MINUTE * number for number in range(-self.before, self.minutes + self.after)}
        wished = next((person for person in self.people if person.key == wish), None)
        opening, joining = (
            {},
            [
                run
                for run in self.runs
                if run.start == start
                and run.free
                and run.holders <= able
                and (not wish or wish in run.holders)
            ],
        )
        for kind in self.kinds:
            opening[kind] = {
                person.key
                for person in self.people
                if person.kind == kind
                and person.key in able
                and not block & self._minutes(person.occupied)
                and (wished is None or wished.kind != kind or wished is person)
            }
        new = min(len(keys) for keys in opening.values())
        choice = opening[self.kinds[0]] if new else set()
        of_first_kind = {person.key for person in self.people if person.kind == self.kinds[0]}
        for run in joining:
            choice = choice | (run.holders & of_first_kind)
        return choice, new * self.capacity + sum(run.free for run in joining if self.capacity > 1)

    def _grid(self, days: list[date]) -> set[datetime]:
        grid = set()
        for day in days:
            for span in self._offered(day):
                moment, end = clock(self.zone, day, span[0]), clock(self.zone, day, span[1])
                while moment < end:
                    grid.add(moment)
                    moment += MINUTE * self.step
        return grid

    def _opened(self, day: date) -> list[tuple[int, int]]:
        return [span or (0, 1440) for span in self.hours.spans_of(day, self.holidays)]

    def _offered(self, day: date) -> list[tuple[int, int]]:
        """What anchors starts: the service's own openings; a day as such means the place's."""
        if not self.own:
            return self._opened(day)
        spans = self.own.spans_of(day, self.holidays)
        return [span for span in spans if span] + (self._opened(day) if None in spans else [])

    def _stretches(self, begun: dict[date, set[datetime]], days: list[date]) -> list[set[datetime]]:
        """Each is time that one run must lie in: an own opening, or all days as such together."""
        by_day = {day: self.own.spans_of(day, self.holidays) if self.own else [None] for day in days}
        as_place = set().union(*(begun[day] for day, spans in by_day.items() if None in spans))
        return [as_place] + [self._walls(day, [span]) for day in days for span in by_day[day] if span]

    def _minutes_by_opening_day(self, days: list[date]) -> dict[date, set[datetime]]:
        return {day: self._walls(day, self._opened(day)) for day in days}

    def _working(self, person: Person, begun, open_now: set[datetime], days: list[date]) -> set[datetime]:
        minutes: set[datetime] = set()
        for day in days:
            spans = person.hours.spans_of(day, self.holidays) if person.hours else [None]
            for span in spans:
                minutes |= begun[day] if span is None else self._walls(day, [span])
        pauses = set().union(*(self._walls(day, person.breaks) for day in days))
        return (minutes & open_now) - pauses - self._minutes(person.away)

    def _walls(self, day: date, spans: list[tuple[int, int]]) -> set[datetime]:
        return self._minutes(
            [(clock(self.zone, day, begin), clock(self.zone, day, end)) for begin, end in spans]
        )

    @staticmethod
    def _minutes(spans: list[tuple[datetime, datetime]]) -> set[datetime]:
        minutes = set()
        for begin, end in spans:
            while begin < end:
                minutes.add(begin.replace(second=0))
                begin += MINUTE
        return minutes


@cache
def clock(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """Watch the clock from the day before until it shows the time; if it jumps over, go on as long."""
    wanted = datetime(day.year, day.month, day.day) + minutes * MINUTE
    moment = wanted.replace(tzinfo=UTC) - timedelta(hours=16)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    while shown != wanted:
        later = (moment + MINUTE).astimezone(zone).replace(tzinfo=None)
        if shown < wanted < later:
            return moment + (wanted - shown)
        moment, shown = moment + MINUTE, later
    return moment


def span_text(span: tuple[int, int]) -> str:
    begin, end = span
    end = end if end <= 1440 else end - 1440
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
