"""What a run is going to do, resolved: checked again at the moment that it begins, since it may have waited."""

from __future__ import annotations

from services.trainer.base_model import locate
from services.trainer.repository import Adapters, Runs
from services.trainer.run_folder import Plan
from services.trainer.settings import TrainerSettings
from services.trainer.starting import usable_dataset
from services.trainer.usable import require_usable
from shared.clients.ingest import IngestClient
from shared.contracts.trainer import Stage
from shared.database import Database

#: Stages that make an adapter.
MAKING = (Stage.SFT, Stage.DPO, Stage.KTO)


async def make_plan(settings: TrainerSettings, database: Database, ingest: IngestClient, run_id: str) -> Plan:
    """The plan of a run; the adapter that it is to make gets its name now.

    Raises:
        NotFound: the base model's folder is missing.
        Conflict: the data was withdrawn in the meantime, or the adapter removed.
        Unavailable: ingest cannot be asked.
    """
    async with database.transaction() as session:
        row = await Runs(session).get(run_id, lock=True)
        if row.stage in MAKING and row.output is None:
            row.output = await Runs(session).next_output(row.persona)
        parent = await Adapters(session).get(row.adapter) if row.adapter else None
    if parent is not None:
        require_usable(parent)
    dataset = await usable_dataset(ingest, row.dataset, row.persona)
    locate(settings, row.base_model)
    return Plan(
        run=row.id,
        stage=Stage(row.stage),
        persona=row.persona,
        dataset=row.dataset,
        base_model=row.base_model,
        recipe=row.recipe,
        recipe_name=row.recipe_name,
        adapter=row.adapter,
        preferences=row.preferences,
        output=row.output,
        lineage={"dataset_digest": dataset.digest, "system_prompt": dataset.system_prompt},
    )
