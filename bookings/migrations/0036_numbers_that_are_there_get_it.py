"""Gives the numbers that are there the form they are compared by, in short transactions and without waiting.

Nothing else of a row changes, its version included, so what is under way is not disturbed.
"""

from django.db import migrations, transaction

from bookings import phones

BATCH = 1000


def fill(apps, _schema_editor):
    places = {
        each.pk: phones.country_of(each) for each in apps.get_model("bookings", "Location").objects.all()
    }
    for name in ("Booking", "Enquiry"):
        model = apps.get_model("bookings", name)
        _in_batches(model, lambda row: phones.key(row.phone, places[row.location_id]), "location_id")
    bookings = apps.get_model("bookings", "Booking").objects.filter(email="")

    def of_customer(row):
        known = bookings.filter(phone=row.phone).order_by("-pk").values_list("phone_key", flat=True).first()
        return known or phones.likeliest(row.phone)

    _in_batches(apps.get_model("bookings", "Customer"), of_customer)


def _in_batches(model, made, *columns):
    after = 0
    while True:
        left = model.objects.filter(pk__gt=after, phone_key="").exclude(phone="").order_by("pk")
        rows = list(left.only("pk", "phone", *columns)[:BATCH])
        if not rows:
            return
        with transaction.atomic():
            for row in rows:
                model.objects.filter(pk=row.pk, phone=row.phone).update(phone_key=made(row))
        after = rows[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0035_numbers_have_one_form")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
