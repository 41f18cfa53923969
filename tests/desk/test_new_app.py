"""A new recoverable workflow touches one place: `tests.parcels` is declared nowhere but in itself."""

import pytest
from django.core.checks import run_checks

from operations import checks, recovery
from operations.recovery import Condition
from tests.desk.staff import client
from tests.desk.stuck import dead_parcel
from tests.pages.visitor import Page
from tests.parcels.models import Parcel


@pytest.mark.django_db
def test_a_throw_away_app_is_on_the_desk_with_no_line_changed_elsewhere():
    parcel = dead_parcel()

    page = Page(client("owner").get("/admin/desk/"), "")
    record = Page(client("front desk").get(f"/admin/desk/parcels.stuck/{parcel.pk}/"), "")

    assert "/admin/desk/parcels.stuck/" in page.links
    assert "It did not arrive." in record.text
    assert "Given up" in record.text
    assert [form.fields["remedy"] for form in record.forms if "remedy" in form.fields] == ["retry"]


def test_all_our_statuses_are_final_or_covered():
    assert [found for found in run_checks() if found.id == "operations.E001"] == []


def test_the_system_check_names_the_status_that_nobody_would_see(monkeypatch):
    uncovered = {
        code: condition for code, condition in recovery.conditions().items() if code != "parcels.interrupted"
    }
    monkeypatch.setattr(recovery, "_conditions", uncovered)

    [error] = checks.every_status_is_final_or_covered()

    assert (error.id, error.obj) == ("operations.E001", Parcel)
    assert "'working'" in error.msg


def test_a_condition_needs_no_more_than_its_words_and_its_records():
    bare = Condition(
        code="parcels.bare",
        title="Bare",
        model=Parcel,
        records=Parcel.objects.all,
        explanation="Because.",
        customer_text="Soon.",
        remedies=(),
    )

    assert bare.urgency == "needs_person"
    assert bare.harm(Parcel()) is None
