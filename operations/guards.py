"""Database triggers derived from a workflow's own table of transitions."""

from typing import Any

# ruff: noqa: S608 - names and statuses of our own
import pgtrigger
from django.apps import apps
from django.db import models


def allowed_moves(model: type[models.Model]) -> list[tuple[str, str]]:
    """Every (from, to) that the model's transitions allow, sorted; kept statuses are left out."""
    field: Any = model._meta.get_field("status")
    return sorted(
        {
            (str(move.source), str(move.target))
            for move in field.get_all_transitions(model)
            if move.target is not None
        }
    )


class StatusGuard(pgtrigger.Trigger):
    """Refuses a status that no transition leads to, and a version that does not grow with it."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Any) -> str:
        workflow: Any = apps.get_model(model._meta.label)  # a migration's own model knows no transitions
        moves = ", ".join(f"('{source}', '{target}')" for source, target in allowed_moves(workflow))
        initial = ", ".join(f"'{status}'" for status in sorted(workflow.initial_statuses))
        table = model._meta.db_table
        return f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.status NOT IN ({initial}) OR NEW.version <> 1 THEN
                    RAISE EXCEPTION '{table}: a record cannot begin as % (version %)', NEW.status, NEW.version
                        USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_begins';
                END IF;
                RETURN NEW;
            END IF;
            IF NEW.version NOT IN (OLD.version, OLD.version + 1)
                OR (NEW.status <> OLD.status AND NEW.version = OLD.version) THEN
                RAISE EXCEPTION '{table} %: version % cannot become %', OLD.id, OLD.version, NEW.version
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_version_grows';
            END IF;
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({moves}) THEN
                RAISE EXCEPTION '{table} %: % cannot become %', OLD.id, OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_allowed_moves';
            END IF;
            RETURN NEW;
        """


class EventGuard(pgtrigger.Trigger):
    """Refuses at commit a version that no event explains."""

    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("version")  # type: ignore[no-untyped-call]
    timing = pgtrigger.Deferred

    def get_func(self, model: Any) -> str:
        table, label = model._meta.db_table, model._meta.label_lower
        return f"""
            IF NOT EXISTS (
                SELECT 1 FROM operations_event
                WHERE subject_model = '{label}' AND subject_id = NEW.id AND sequence = NEW.version
                    AND to_status = NEW.status
            ) THEN
                RAISE EXCEPTION '{table} %: version % has no event', NEW.id, NEW.version
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_explained';
            END IF;
            RETURN NULL;
        """
