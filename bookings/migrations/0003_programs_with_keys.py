"""Lets programs of partners call with a key, and so in a scope of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings", "0002_lock_and_list_busy"),)

    operations = (
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        help_text="Stands in the record of each call.", max_length=40, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("key_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "API client",
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("slug", "public"), _negated=True),
                        name="bookings_no_client_is_public",
                    )
                ],
            },
        ),
    )
