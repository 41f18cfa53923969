"""The addresses of the public pages; they are in e-mails and bookmarks, so they never change."""

from django.urls import path

from bookings.views import (
    address,
    booking_form,
    changes,
    colours,
    contact,
    embed,
    feeds,
    find,
    months,
    moves,
    places,
    series,
    status,
    wait_list,
)

urlpatterns = [
    path("", places.locations, name="locations"),
    path("colours.css", colours.sheet, name="colours"),
    path("embed.js", embed.script, name="embed"),
    path("find/", find.find, name="find"),
    path("calendar/<slug:key>.ics", feeds.feed, name="feed"),
    path("b/<slug:token>/", status.show, name="booking"),
    path("b/<slug:token>/status/", status.fragment, name="booking-status"),
    path("b/<slug:token>/calendar.ics", status.calendar, name="booking-calendar"),
    path("b/<slug:token>/seen/", status.seen, name="booking-seen"),
    path("b/<slug:token>/take/", changes.take, name="booking-take"),
    path("b/<slug:token>/cancel/", changes.cancel, name="booking-cancel"),
    path("b/<slug:token>/move/", moves.move, name="booking-move"),
    path("b/<slug:token>/retry/", changes.retry, name="booking-retry"),
    path("b/<slug:token>/resend/", changes.resend, name="booking-resend"),
    path("b/<slug:token>/address/", address.correct, name="booking-address"),
    path("s/<slug:token>/", series.show, name="series"),
    path("s/<slug:token>/cancel/", series.cancel, name="series-cancel"),
    path("w/<slug:token>/", wait_list.show, name="waiting"),
    path("w/<slug:token>/leave/", wait_list.leave, name="waiting-leave"),
    path("<slug:location>/", places.services, name="services"),
    path("<slug:location>/contact/", contact.contact, name="contact"),
    path("<slug:location>/<slug:service>/", places.times, name="times"),
    path("<slug:location>/<slug:service>/month/", months.month, name="month"),
    path("<slug:location>/<slug:service>/series/", series.book, name="book-series"),
    path("<slug:location>/<slug:service>/wait/", wait_list.join, name="wait"),
    path("<slug:location>/<slug:service>/book/", booking_form.book, name="book"),
]
