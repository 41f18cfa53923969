"""Faults that take their time: what is true at each moment of them."""

from dataclasses import replace

from tests.faults.calls import ACCEPTED_CALL, GONE_CALL, HELD_CALL
from tests.faults.cases import Desk, Expected, Record, Story
from tests.faults.outcomes import ACCEPTED, DEAD, HELD, OPEN_CHANNEL, UNKNOWN, UNSURE

SOON = "It is taken back within a minute."
INTERRUPTED = "A worker took it and vanished; its time ran out at ⟨time⟩."
SECOND_COPY = "It is marked as a second copy."

WAITING = Expected(
    title="Waiting",
    record=Record("pending", attempts=0),
    customer="Waiting to leave.",
    heals="The next wake-up takes it, at the latest the sweep's, within a minute.",
)
IN_HAND = Expected(
    title="In hand",
    record=Record("working"),
    customer="Being handed over just now.",
    heals="Its lease runs out after two minutes; where the watch sees the worker die, at once.",
)
LAPSED = Expected(
    title="Its worker is gone",
    record=Record("working"),
    customer="Handing it over was interrupted; what became of it shows here within minutes.",
    desk=(
        Desk(
            "notifications.interrupted",
            f"{INTERRUPTED} It had not been handed over, so it did not arrive.",
            SOON,
            ("reclaim",),
        ),
    ),
)
LAPSED_AFTER_HAND_OVER = replace(
    LAPSED,
    desk=(
        Desk(
            "notifications.interrupted",
            f"{INTERRUPTED} It had been handed over, so it may have arrived.",
            SOON,
            ("reclaim",),
        ),
    ),
)
SECOND = replace(
    ACCEPTED,
    title="Accepted, as a marked second copy",
    copies=2,
    marked=1,
    record=Record("done", attempts=1),
    customer=f"Accepted by the mail server at ⟨time⟩. {SECOND_COPY}",
)
OVERTAKEN = Expected(
    title="Overtaken",
    record=Record("cancelled", attempts=0),
    customer="",
    heals="A newer message tells how things stand, so nobody waits for this one.",
)
BROKEN_CHANNEL = replace(OPEN_CHANNEL, why="Nothing leaves by {channel}: … failures in a row. Last: {kept}")

_ALL = (
    Story(
        code="three_hours_down",
        title="The mail server is away for three hours",
        happens="Six people book and the server hangs up on everybody. After five failures in a row the"
        " breaker opens: what is due is held, and one message a minute is sent to find out.",
        moments={
            "for three hours": replace(
                HELD,
                title="Held back",
                channel="closed",
                record=Record("held", "held"),
                desk=(HELD.desk[0], BROKEN_CHANNEL),
            ),
            "two minutes after it is back": replace(ACCEPTED, record=Record("done", attempts=2)),
        },
    ),
    Story(
        code="login_repaired",
        title="The mail server refuses our password, and somebody corrects it",
        happens="The channel pauses at once, with one alert; every message waits and no try is used up.",
        moments={"at once": HELD, "a minute after it was corrected": ACCEPTED},
    ),
    Story(
        code="dropped_after_the_dot",
        title="The mail server hangs up when it has the whole message",
        happens="Nobody can know whether it arrived. Without a sign one second copy follows, with the same"
        " Message-ID, and says “You may already have this message”.",
        moments={"at once": UNKNOWN, "after a quarter of an hour": SECOND},
    ),
    Story(
        code="dropped_just_before_the_start",
        title="The same, ten minutes before the appointment",
        happens="A second copy would come too late, so none is promised.",
        moments={
            "at once": replace(
                UNKNOWN,
                customer=UNSURE,
                desk=(
                    replace(
                        UNKNOWN.desk[0],
                        by_itself="Nothing, unless the recipient opens it or it bounces."
                        " Find out, then settle it.",
                    ),
                ),
            )
        },
    ),
    Story(
        code="failing_text",
        title="A text of ours fails three times",
        happens="The booking is not affected; the message is given up.",
        moments={
            "at the third failure": replace(
                DEAD,
                record=Record("dead", "bug", 3),
                customer="It could not be delivered. Our staff see this; this page is right.",
                desk=(replace(DEAD.desk[0], why="It was given up after 3 attempts. Last failure: {kept}"),),
            )
        },
    ),
    Story(
        code="killed_before_the_claim",
        title="The worker is killed before its claim is committed",
        happens="A claim is one statement: there is none.",
        moments={"at once": WAITING, "in the end": ACCEPTED},
    ),
    Story(
        code="killed_after_the_claim",
        title="The worker is killed when it has claimed the message",
        happens="Nothing was handed over, so nobody has it.",
        moments={
            "at once": IN_HAND,
            "when its lease has run out": LAPSED,
            "in the end": replace(ACCEPTED, record=Record("done", outcomes=("interrupted", "done"))),
        },
    ),
    Story(
        code="killed_after_the_hand_over_mark",
        title="The worker is killed between its hand-over mark and the message",
        happens="The mark is committed before the content goes out, so from here on it may have arrived. It"
        " has not, this time; the copy is marked all the same.",
        moments={
            "at once": IN_HAND,
            "when its lease has run out": LAPSED_AFTER_HAND_OVER,
            "after the sweep": replace(UNKNOWN, copies=0),
            "after a quarter of an hour": replace(SECOND, copies=1),
        },
    ),
    Story(
        code="killed_after_the_250",
        title="The worker is killed between the server's 250 and its own record of it",
        happens="The server has the message and nobody here knows it.",
        moments={
            "at once": replace(IN_HAND, copies=1),
            "when its lease has run out": replace(LAPSED_AFTER_HAND_OVER, copies=1),
            "after the sweep": UNKNOWN,
            "after a quarter of an hour": SECOND,
        },
    ),
    Story(
        code="killed_after_the_commit",
        title="The worker is killed when it has recorded the outcome",
        happens="Nothing is left to do.",
        moments={"at once": ACCEPTED, "in the end": ACCEPTED},
    ),
    Story(
        code="late_answer",
        title="The server answers a worker whose time ran out, while another sends the second copy",
        happens="The lease ran out, the message became unknown, a marked copy was claimed by another worker."
        " The late answer belongs to no lease: it is kept with its own attempt and changes nothing.",
        moments={
            "when the late answer has come": replace(
                IN_HAND,
                copies=1,
                record=Record("working", "unknown", outcomes=("late", "")),
                customer=f"Being handed over just now. {SECOND_COPY}",
            ),
            "when the other worker is done": replace(
                SECOND, record=Record("done", outcomes=("late", "done"))
            ),
        },
    ),
    Story(
        code="killed_while_calling",
        title="The worker is killed between a webhook receiver's answer and its own record of it",
        happens="Receivers know a repeat by its `webhook-id`, so it is sent again and nobody has to ask.",
        moments={
            "when its lease has run out": replace(LAPSED_AFTER_HAND_OVER, copies=1, customer=""),
            "in the end": replace(
                ACCEPTED_CALL, copies=2, record=Record("done", outcomes=("interrupted", "done"))
            ),
        },
    ),
    Story(
        code="database_restarted",
        title="The database restarts while a message is being sent",
        happens="The worker that has the verdict waits until it can be recorded, as long as its lease lasts.",
        moments={"after the restart": ACCEPTED},
    ),
    Story(
        code="four_days_of_500_then_410",
        title="A webhook's receiver answers 500 for four days, then 410",
        happens="The breaker holds what is due, so nothing is given up; 410 disables the endpoint.",
        moments={
            "after four days": replace(
                HELD_CALL,
                title="Held back",
                copies=None,
                channel="closed",
                record=Record("held", "held"),
                desk=(HELD_CALL.desk[0], BROKEN_CHANNEL),
            ),
            "at the 410": replace(
                HELD_CALL,
                title="Held, and the endpoint disabled",
                copies=None,
                record=Record("held", "held"),
                desk=(HELD_CALL.desk[0], *GONE_CALL.desk[1:]),
            ),
            "when it is enabled again": replace(
                ACCEPTED_CALL, copies=None, record=Record("done", attempts=2)
            ),
        },
    ),
    Story(
        code="scanned_links",
        title="A mail scanner opens every link of a message",
        happens="GET and HEAD change nothing: neither the booking nor what is known of the message.",
        moments={"afterwards": ACCEPTED},
    ),
    Story(
        code="bounced_next_day",
        title="An accepted message comes back the next day",
        happens="The mail server, or the provider that sends for us, reports it.",
        moments={
            "on the first day": ACCEPTED,
            "on the next day": Expected(
                title="Came back",
                copies=1,
                record=Record("bounced", "permanent"),
                customer="It came back to us. Please check your e-mail address.",
                desk=(
                    Desk(
                        "notifications.bounced",
                        "The mail server accepted it, then it came back: {kept}",
                        "Nothing: the address has to be corrected.",
                        ("correct", "send_copy", "settle"),
                    ),
                ),
            ),
        },
    ),
    Story(
        code="cancelled_before_the_reminder",
        title="A booking is cancelled before its reminder leaves",
        happens="The reminder ends with it.",
        moments={"afterwards": OVERTAKEN},
    ),
    Story(
        code="moved_before_the_reminder",
        title="A booking is moved before its reminder leaves",
        happens="The old reminder ends; a new one waits for its time before the new start.",
        moments={
            "the old reminder": OVERTAKEN,
            "the new reminder": Expected(
                title="Waiting for its time",
                record=Record("pending", attempts=0),
                customer="It leaves at ⟨time⟩.",
                heals="It leaves by itself at its time.",
            ),
        },
    ),
    Story(
        code="reminders_stood_still",
        title="No worker runs for two days",
        happens="The desk says so after two minutes (“No worker is running”). When one runs again, late"
        " reminders leave where they are still of use; the others are missed and shown.",
        moments={
            "a reminder that is still of use": ACCEPTED,
            "a reminder that is not": Expected(
                title="Missed",
                record=Record("expired", attempts=0),
                customer="It could not leave while it was of use. This page is right.",
                desk=(
                    Desk(
                        "notifications.missed",
                        "It could not leave before ⟨time⟩ and would have come too late after that.",
                        "Nothing: it is too late for a message. Make sure that the person knows.",
                        ("settle",),
                    ),
                ),
            ),
        },
    ),
)
STORIES = {story.code: story for story in _ALL}
