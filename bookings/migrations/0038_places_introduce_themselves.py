import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0037_numbers_are_found_by_both_ends"),
    ]

    operations = [
        migrations.AddField(
            model_name="location",
            name="about",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="A few words above its services: who you are, how to get there, what to bring.",
                max_length=2000,
                verbose_name="about this place",
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="legal_url",
            field=models.URLField(
                blank=True,
                db_default="",
                default="",
                help_text="Imprint or terms, linked below every page.",
                max_length=500,
                validators=[django.core.validators.URLValidator(["http", "https"])],
                verbose_name="address of your legal notice",
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="privacy_url",
            field=models.URLField(
                blank=True,
                db_default="",
                default="",
                help_text="Linked below every form and page; in many countries the law asks for it.",
                max_length=500,
                validators=[django.core.validators.URLValidator(["http", "https"])],
                verbose_name="address of your privacy notice",
            ),
        ),
    ]
