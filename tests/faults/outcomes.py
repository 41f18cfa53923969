"""The few states in which a message can be after one try, each told on four sides."""

from tests.faults.cases import Desk, Expected, Record

LATER = "It could not leave yet; trying again at ⟨time⟩."
UNHARMED = "It waits until our mail works again. Your booking is not affected."
UNSURE = "We could not confirm that it reached you."
CHECK_YOURS = (
    "It could not be delivered. Please check your e-mail address; if it is right, there is nothing to do:"
    " our staff see this."
)

OPEN_CHANNEL = Desk(
    "notifications.channel_closed",
    "Nothing leaves by {channel}: {kept}",
    "One message a minute is sent as a probe; the first one accepted opens the channel.",
    ("release",),
)

ACCEPTED = Expected(
    title="Accepted",
    copies=1,
    record=Record("done"),
    customer="Accepted by the mail server at ⟨time⟩.",
    heals="Nothing is left to do.",
)
AGAIN = Expected(
    title="Tried again",
    record=Record("pending", "transient"),
    customer=LATER,
    heals="It is tried again after 30 s, 2 min, 8 min … up to 6 h, eight times, and never past its use."
    " Then it is given up and on the desk.",
    due_in=(22, 37),
)
SLOWED = Expected(
    title="Slowed down",
    record=Record("pending", "throttled", 0),
    customer=LATER,
    channel="slow",
    heals="The try does not count, and the channel sends message by message for 30 s, longer each time.",
    due_in=(22, 37),
)
DEAD = Expected(
    title="Given up",
    record=Record("dead", "permanent"),
    customer=CHECK_YOURS,
    desk=(
        Desk(
            "notifications.dead",
            "It was given up after 1 attempt. Last failure: {kept}",
            "Nothing: correct the address, try again, or tell the person otherwise.",
            ("retry", "correct", "settle"),
        ),
    ),
)
HELD = Expected(
    title="Held, with the channel",
    record=Record("held", "configuration", 0),
    customer=UNHARMED,
    channel="paused",
    desk=(
        Desk(
            "notifications.held",
            "It waits because its channel ({channel}) is closed; waiting uses up no attempt."
            " Last failure: {kept}",
            "It leaves when the channel works again, or when somebody releases the channel.",
            ("correct", "cancel", "settle"),
        ),
        OPEN_CHANNEL,
    ),
)
UNKNOWN = Expected(
    title="Unknown",
    copies=1,
    record=Record("unknown", "unknown"),
    customer=f"{UNSURE} A second copy follows at about ⟨time⟩.",
    desk=(
        Desk(
            "notifications.unknown",
            "It was handed over at ⟨time⟩ and no answer came back: it may have arrived or not. {kept}",
            "Without a sign from the recipient a second copy, marked as one, leaves at ⟨time⟩.",
            ("send_copy", "settle", "correct"),
        ),
    ),
)
BUG = Expected(
    title="A fault of ours",
    record=Record("pending", "bug"),
    customer=LATER,
    heals="It is tried three times in all; then it is given up and on the desk.",
    due_in=(22, 37),
)
MAIL_OUTCOMES = (ACCEPTED, AGAIN, SLOWED, DEAD, HELD, UNKNOWN, BUG)
