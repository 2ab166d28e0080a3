"""Random sequences of events change a stage exactly as they change a simple model."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.core.errors import UnavailableError
from app.jobs.errors import LeaseLostError
from app.jobs.states import AlreadyDone, Busy, Cause, Ended, Lease, Retry, StageStatus, Superseded
from workers.parsing.errors import PdfDamagedError

MAX_ATTEMPTS, MAX_CRASHES, MAX_OUTAGES, MAX_DEATHS = 3, 3, 4, 4


def machine(ledger):
    class StageMachine(RuleBasedStateMachine):
        """The model of a stage: its status, its leases and attempts, and whether it is due or its lease is expired."""

        @initialize()
        def begin(self):
            self.run = ledger.start()
            self.stage = ledger.stage(self.run, "validate")
            self.status, self.due, self.expired = StageStatus.PENDING, True, False
            self.attempts = self.failures = self.outages = self.crashes = 0
            self.leases = []

        @rule()
        def claim(self):
            result = ledger.claim(self.stage, f"owner {len(self.leases)}")
            available = (self.status is StageStatus.PENDING and self.due) or (
                self.status is StageStatus.LEASED and self.expired
            )
            if self.status in (StageStatus.DONE, StageStatus.FAILED):
                assert result == AlreadyDone(self.status)
            elif not available:
                assert result == Busy(self.status)
            elif self.attempts - self.failures - self.outages - self.crashes >= MAX_DEATHS:
                self.attempts += 1
                self.status = StageStatus.FAILED
                assert result == AlreadyDone(StageStatus.FAILED)
            else:
                assert isinstance(result, Lease)
                assert result.token > max((lease.token for lease in self.leases), default=0)
                self.attempts += 1
                self.status, self.expired = StageStatus.LEASED, False
                self.leases.append(result)

        @rule()
        def expire_lease(self):
            ledger.expire(self.stage)
            self.expired = self.status is StageStatus.LEASED

        @rule()
        def make_due(self):
            ledger.come_due(self.stage)
            self.due = self.due or self.status is StageStatus.PENDING

        @rule()
        def sweep(self):
            ledger.sweep()
            if self.status is StageStatus.LEASED and self.expired:
                self.status, self.due, self.expired = StageStatus.PENDING, True, False

        @rule(which=st.integers(0, 5))
        def heartbeat(self, which):
            for lease in self.leases[which : which + 1]:
                assert ledger.leases.heartbeat(lease) is self.holds(lease)
                if self.holds(lease):
                    self.expired = False

        @rule(which=st.integers(0, 5))
        def complete(self, which):
            for lease in self.leases[which : which + 1]:
                if self.holds(lease):
                    ledger.complete(lease)
                    self.status = StageStatus.DONE
                else:
                    with pytest.raises(LeaseLostError):
                        ledger.complete(lease)

        @rule(which=st.integers(0, 5), error=st.sampled_from([RuntimeError(), UnavailableError(), PdfDamagedError()]))
        def fail(self, which, error):
            for lease in self.leases[which : which + 1]:
                result = ledger.leases.fail(lease, error)
                if not self.holds(lease):
                    assert result == Superseded()
                    continue
                outage = isinstance(error, UnavailableError)
                self.outages += outage
                self.failures += not outage
                used_up = self.outages >= MAX_OUTAGES if outage else self.failures >= MAX_ATTEMPTS
                self.end_attempt(result, final=isinstance(error, PdfDamagedError) or used_up)

        @rule(which=st.integers(0, 5))
        def crash(self, which):
            for lease in self.leases[which : which + 1]:
                result = ledger.leases.record_crash(lease, Cause.CRASH)
                if not self.holds(lease):
                    assert result == Superseded()
                    continue
                self.crashes += 1
                self.end_attempt(result, final=self.crashes >= MAX_CRASHES)

        def end_attempt(self, result, *, final):
            assert isinstance(result, Ended if final else Retry)
            self.status, self.due = (StageStatus.FAILED, self.due) if final else (StageStatus.PENDING, False)

        def holds(self, lease):
            return self.status is StageStatus.LEASED and lease is self.leases[-1]

        @invariant()
        def rows_match_the_model(self):
            ((status, attempt),) = ledger.sql("SELECT status, attempt FROM stages WHERE id = :id", id=self.stage)
            assert (status, attempt) == (self.status, self.attempts)
            seen = ledger.runs.get_run(ledger.principal, self.run)
            assert (seen.status == "failed") is (self.status is StageStatus.FAILED)
            following = seen.stages[1].status
            assert (following == "pending") is (self.status is StageStatus.DONE)
            assert sum(failed.run_id == self.run for failed in ledger.failures) == (self.status is StageStatus.FAILED)

    return StageMachine


@pytest.mark.random
def test_no_sequence_of_events_causes_two_lease_holders_or_ends_a_run_twice(ledger):
    run_state_machine_as_test(
        machine(ledger),
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
