from django.db import migrations


class Migration(migrations.Migration):
    """The front desk, the owner and the auditor read reports; who may read money, export and import is less."""

    dependencies = [("bookings", "0022_an_offer_ends_with_its_draft")]

    operations = [
        migrations.AlterModelOptions(
            name="booking",
            options={
                "permissions": (
                    ("attend_book", "Can book on behalf of customers"),
                    ("attend_move", "Can move bookings"),
                    ("attend_cancel", "Can cancel bookings"),
                    ("attend_run", "Can start and complete bookings and record who did not come"),
                    ("attend_override", "Can book and move against notice, horizon and opening hours"),
                    ("view_reports", "Can view reports"),
                    ("view_revenue", "Can view the revenue in reports"),
                    ("export_everything", "Can export everything"),
                    ("import_bookings", "Can import bookings and customers"),
                ),
                "verbose_name": "booking",
                "verbose_name_plural": "bookings",
            },
        ),
    ]
