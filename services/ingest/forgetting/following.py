"""What follows: datasets are built anew without whoever is gone, and what had learned from them is trained again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.building import request_dataset
from services.ingest.forgetting.withdrawing import Withdrawal
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.notices import Forgettings, Notices
from shared.contracts.base import Removed
from shared.contracts.ingest import DatasetRequest
from shared.contracts.jobs import JobState
from shared.contracts.trainer import RunRequest, Stage
from shared.errors import AnselmError, Unavailable
from shared.telemetry import logger

if TYPE_CHECKING:
    from services.ingest.forgetting.outbox import Order

log = logger(__name__)


async def rebuild(session: AsyncSession, withdrawal: Withdrawal, order: Order) -> list[Removed]:
    """Record the next version, to be built. One transaction with the notice: it is asked for once.

    Raises:
        Unavailable: another version is being built; this one comes after it.
    """
    request = DatasetRequest.model_validate(order.payload)
    if building := await Datasets(session).building(request.persona):
        raise Unavailable(f"{building} is being built.")
    try:
        row = await request_dataset(session, withdrawal.keys, request)
    except AnselmError as error:
        log.info("not_built_anew", persona=request.persona, why=error.code)
        return []
    order.to_build.append(row.name)
    await Notices(session).add("retrain", {"dataset": row.name, "persona": row.persona}, order.forgetting)
    return []


async def retrain(session: AsyncSession, withdrawal: Withdrawal, order: Order) -> list[Removed]:
    """Start fine-tuning on the new version, if anything had learned from the old one. The key makes it one run.

    Raises:
        Unavailable: the dataset is not built yet, or the trainer does not answer.
    """
    assert order.forgetting is not None
    name, persona = order.payload["dataset"], order.payload["persona"]
    row = await Datasets(session).get(name)
    if not JobState(row.state).ended:
        raise Unavailable(f"{name} is being built.")
    withdrawn = set((await Forgettings(session).get(order.forgetting)).datasets)
    learned = [one.name for one in await withdrawal.trainer.adapters(persona) if one.dataset in withdrawn]
    if row.state == JobState.DONE and not row.tainted and learned:
        key = f"forgetting-{order.forgetting}-{persona}"
        await withdrawal.trainer.start(RunRequest(stage=Stage.SFT, persona=persona, dataset=name, key=key))
    else:
        log.info("not_trained_again", dataset=name, state=row.state, learned=len(learned))
    return []
