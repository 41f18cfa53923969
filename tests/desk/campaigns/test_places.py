"""Whoever works at some locations treats many records there, and sees nobody else's campaigns."""

import pytest
from django.urls import reverse

from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from operations.campaigns.selection import ChooseOnePlace
from tests.access.test_places import browser_of, staff
from tests.desk.campaigns.many import DEAD, prepared
from tests.factories import BookingFactory, DeliveryFactory, LocationFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def dead_at(place):
    booking = BookingFactory(service=ServiceFactory(location=place), accepted=True)
    return DeliveryFactory(dead=True, booking=booking)


def status_of(browser, campaign):
    return browser.get(reverse("admin:desk_campaign", args=[campaign.pk])).status_code


def test_a_campaign_takes_only_what_is_within_reach():
    here, there = LocationFactory(), LocationFactory()
    mine, _theirs = dead_at(here), dead_at(there)
    browser = browser_of(staff(here))
    page = reverse("admin:desk_campaign_new", args=[DEAD])
    number = browser.get(page).context["request_id"]

    response = browser.post(page, {"remedy": "retry", "request_id": number})

    assert response.status_code == 303
    assert list(CampaignItem.objects.values_list("subject_id", flat=True)) == [mine.pk]
    assert Campaign.objects.get().location == here.slug
    assert status_of(browser, Campaign.objects.get()) == 200


def test_campaigns_of_other_places_are_not_seen():
    here, there = LocationFactory(), LocationFactory()
    dead_at(there)
    browser = browser_of(staff(here))

    of_all = prepared()
    of_there = prepared(location=there.slug)

    assert [status_of(browser, each) for each in (of_all, of_there)] == [403, 403]
    assert browser.get(reverse("admin:desk_campaigns")).context["campaigns"] == []


def test_whoever_works_at_two_places_chooses_one_for_a_campaign():
    here, there = LocationFactory(), LocationFactory()
    dead_at(here)
    person = staff(here, there)

    with pytest.raises(ChooseOnePlace):
        prepared(user=person)

    assert prepared(user=person, location=here.slug).location == here.slug
