"""The door to forgetting: rules that say when somebody's data go, and what makes them stay."""

from operations.retention.erasing import REMOVED, Person, erase, without_addresses
from operations.retention.open_matters import reasons_to_keep
from operations.retention.rules import Rule, register

__all__ = ["REMOVED", "Person", "Rule", "erase", "reasons_to_keep", "register", "without_addresses"]
