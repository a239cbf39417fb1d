"""All tables of all areas, for migrations and for tests that need the whole schema."""

from sqlmodel import SQLModel

import workbench.assessments.models
import workbench.ballots.models
import workbench.calendars.models
import workbench.cases.models
import workbench.comments.models
import workbench.declarations.models
import workbench.digest.models
import workbench.documents.models
import workbench.history.models
import workbench.jobs.models
import workbench.mapping.attached
import workbench.mapping.decisions_queries
import workbench.mapping.learning_models
import workbench.mapping.models
import workbench.patents.models
import workbench.people.api_tokens
import workbench.people.models
import workbench.people.walls_models
import workbench.planning.board_models
import workbench.planning.models
import workbench.portfolio.models
import workbench.search
import workbench.sources.models
import workbench.standards.models
import workbench.standards.task_models
import workbench.watched.models  # noqa: F401

METADATA = SQLModel.metadata
