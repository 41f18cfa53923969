"""Four tasks about messages, done by somebody who has only the desk; a real mail server says who got what."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Delivery
from operations.campaigns import running
from operations.campaigns.campaign import Campaign
from tests.desk.tasks.conftest import as_the_table_says, mails_to, worker_has_its_turn
from tests.factories import BookingFactory, DeliveryFactory, ServiceFactory, SessionFactory
from tests.misbehaving_smtp import DROP

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tomorrow():
    return timezone.now() + timedelta(days=1)


def test_a_customer_on_the_phone_got_no_mail_for_tomorrow(server, newcomer):
    server.fault("rcpt", "550 5.1.1 no such user", recipient="clara.brg@example.com")
    booking = BookingFactory(name="Clara Berg", email="clara.brg@example.com", starts_at=tomorrow())
    worker_has_its_turn()

    anna = newcomer()
    anna.finds("clara berg")
    anna.sees("Confirmed")
    anna.clicks("Messages that could not be delivered")
    anna.sees("no such user")
    anna.fills("The right e-mail address", "clara.berg@example.com", of="Correct and replace")
    anna.fills("Reason", "She spelled it on the phone.", of="Correct and replace")
    anna.presses("Correct and replace")
    anna.sees("Done: “Correct and replace”")
    worker_has_its_turn()

    assert [booking.reference in mail.text for mail in mails_to(server, "clara.berg@example.com")] == [True]
    anna.looks_at_the_desk()
    anna.does_not_see("Clara Berg")
    as_the_table_says("no mail", anna)


def test_forty_messages_failed_at_noon_get_them_out_without_bothering_anyone_twice(server, newcomer):
    server.fault("rcpt", "550 5.1.1 no such user")
    session = SessionFactory(service=ServiceFactory(capacity=40))
    for _ in range(40):
        DeliveryFactory(booking=BookingFactory(accepted=True, session=session))
    worker_has_its_turn()
    server.behave()

    anna = newcomer()
    anna.clicks("Messages that could not be delivered")
    anna.clicks("Treat these 40 at once…")
    anna.presses("Show what it would do")
    anna.sees("nobody gets anything twice")
    anna.fills("Reason", "The mail server was down at noon and is back.")
    anna.presses("Start")
    anna.page.get_by_role("button", name="Undo").wait_for()
    the_campaign_runs_to_its_end()

    anna.sees("Every line of it is kept")
    assert Counter(mail.recipient for mail in server.received).most_common(1)[0][1] == 1
    assert len(server.received) == 40
    assert not Delivery.objects.exclude(status="done").exists()
    as_the_table_says("forty", anna)


def the_campaign_runs_to_its_end():
    """Ten seconds to undo it, the canary, the pace: all of it in no time."""
    while Campaign.objects.active().exists():
        Campaign.objects.active().update(next_at=timezone.now() - timedelta(seconds=1))
        running.step()
        worker_has_its_turn()


def test_the_mail_servers_password_was_changed_repair_and_release(server, settings, newcomer):
    server.login = ("holdfast", "new")
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "holdfast", "old"
    for _ in range(5):
        DeliveryFactory()
    worker_has_its_turn()
    assert server.received == []

    owner = newcomer("Olga", "operator")
    owner.sees("Channels by which nothing leaves")
    owner.clicks("Channels")
    owner.sees("paused: our set-up is wrong")
    owner.sees("bad credentials")
    owner.sees("Held: 5.")
    settings.EMAIL_HOST_PASSWORD = "new"  # on the machine, where the settings are
    owner.fills("Reason", "The new password is entered.", of="Release")
    owner.presses("Release")
    owner.sees("The channel is open. What it held leaves now.")
    worker_has_its_turn()

    assert sorted(Counter(mail.recipient for mail in server.received).values()) == [1] * 5
    as_the_table_says("password", owner)


def test_nobody_knows_whether_two_mails_arrived(server, newcomer):
    server.fault("dot", DROP, times=2)
    for name in ("Dora Falk", "Emil Gross"):
        DeliveryFactory(
            booking=BookingFactory(accepted=True, name=name, email=f"{name[:4].lower()}@example.com")
        )
    worker_has_its_turn()

    anna = newcomer()
    anna.sees("Messages that may or may not have arrived")
    anna.clicks("Dora Falk")
    anna.fills("How do you know", "She read it to me.", of="Settle with evidence")
    anna.fills("Reason", "She called.", of="Settle with evidence")
    anna.presses("Settle with evidence")
    anna.clicks("Emil Gross")
    anna.fills("Reason", "He does not answer the phone.", of="Send a copy")
    anna.presses("Send a copy")
    worker_has_its_turn()

    assert len(mails_to(server, "dora@example.com")) == 1
    first, second = mails_to(server, "emil@example.com")
    assert "You may already have this message" not in first.text
    assert "You may already have this message" in second.text
    anna.looks_at_the_desk()
    anna.does_not_see("Emil Gross")
    as_the_table_says("unknown", anna)
