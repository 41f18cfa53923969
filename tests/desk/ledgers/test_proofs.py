"""Proofs at the desk: the newest one, those before it, and a way to each record that breaks a promise."""

import pytest
from django.utils import timezone

from operations.proving import Proof
from tests.desk.staff import client
from tests.factories import BookingFactory
from tests.pages.visitor import Page

PROOF = "/admin/desk/proof/"

pytestmark = pytest.mark.django_db


def proven(*records: str) -> Proof:
    """A proof that found these records."""
    broken = [{"record": record, "text": "has a gap."} for record in records]
    findings = [{"code": "history.complete", "title": "No history has a gap.", "broken": broken}]
    return Proof.objects.create(
        finished_at=timezone.now(),
        promises_count=12,
        broken_count=1 if records else 0,
        findings=findings if records else [],
    )


def opened(path=PROOF, role="owner"):
    return Page(client(role).get(path), path)


def test_before_the_first_proof_it_says_so():
    assert "Nothing has been checked yet" in opened().text


def test_a_kept_house_says_so():
    proven()

    assert "All 12 promises are kept." in opened().text


def test_each_finding_leads_to_where_its_record_is_looked_after():
    failed, fine = BookingFactory(failed=True), BookingFactory(accepted=True)
    proof = proven(f"bookings.booking {failed.pk}", f"bookings.booking {fine.pk}", "schedule stranger")

    page = opened()

    assert f"/admin/desk/bookings.failed/{failed.pk}/" in page.links
    assert f"/admin/bookings/booking/{fine.pk}/change/" in page.links
    assert f"/admin/desk/operations.promise_broken/{proof.pk}/" in page.links
    assert "schedule stranger" in page.text


def test_an_older_proof_stays_readable():
    older = proven("bookings.booking 99999")
    proven()

    assert f"{PROOF}{older.pk}/" in opened().links


def test_of_a_thousand_findings_fifty_are_shown_and_the_rest_counted():
    proven(*(f"bookings.booking {number}" for number in range(10_000, 11_000)))

    assert "and 950 more" in opened().text


def test_somebody_without_the_permission_to_look_is_told_so():
    assert client("newcomer").get(PROOF).status_code == 403
