"""ReferenceService: the rest of the reference data, row by row as it counts on a day."""

from dataclasses import dataclass

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen, to_reply
from services.consult.api.consent_rows import sentence_code, sentences_of
from services.consult.api.listing import day_in, page_of
from services.consult.api.reference_rows import (
    codings,
    creams,
    lab,
    labs,
    laws,
    pair_code,
    pairs_with,
    response_rules,
    rule_kind,
    therapies,
    therapy,
    threshold_code,
    thresholds,
    trial_code,
)
from services.consult.api.signed import changes_of
from services.consult.domain.consultation.model import Diagnosis
from services.consult.domain.formulary.rows import policy_on, version_on
from services.consult.domain.plan.consent_text import ConsentTexts
from services.consult.domain.plan.errors import LanguageNotAvailable
from services.consult.reference.loader import reference


@dataclass(frozen=True, slots=True)
class ReferenceRows(service_pb2_grpc.ReferenceServiceServicer):
    """Implements ReferenceService."""

    api: Api

    async def ListDiagnosisScales(
        self, request: pb.ListDiagnosisScalesRequest, context: Context
    ) -> pb.ListDiagnosisScalesResponse:
        scales = reference().scales.on(day_in(self.api, request.day))
        wanted = chosen(request, "diagnosis")
        rows = scales.grading(Diagnosis[wanted]) if wanted else scales.scales
        page, token = page_of(self.api, request, rows, lambda row: row.scale.value)
        return pb.ListDiagnosisScalesResponse(
            scales=[to_reply(row, model_pb2.DiagnosisScale) for row in page],
            next_page_token=token,
            scales_version=scales.version,
        )

    async def ListLabs(self, request: pb.ListLabsRequest, context: Context) -> pb.ListLabsResponse:
        day = day_in(self.api, request.day)
        policy = policy_on(await changes_of(self.api), day)
        rows = labs(day, chosen(request, "result"), request.when_code)
        page, token = page_of(self.api, request, rows, lambda row: row.lab_code)
        return pb.ListLabsResponse(
            labs=[lab(row, policy) for row in page],
            next_page_token=token,
            labs_version=reference().labs.version,
        )

    async def ListSupplementaryTherapies(
        self, request: pb.ListSupplementaryTherapiesRequest, context: Context
    ) -> pb.ListSupplementaryTherapiesResponse:
        rows = therapies(day_in(self.api, request.day), chosen(request, "kind"))
        page, token = page_of(self.api, request, rows, lambda row: row.therapy_code)
        return pb.ListSupplementaryTherapiesResponse(
            therapies=[therapy(row, request.language) for row in page],
            next_page_token=token,
            therapies_version=reference().therapies.version,
        )

    async def ListCoolingOffLaws(
        self, request: pb.ListCoolingOffLawsRequest, context: Context
    ) -> pb.ListCoolingOffLawsResponse:
        rows = laws(day_in(self.api, request.day), request.jurisdiction_code)
        page, token = page_of(self.api, request, rows, lambda row: row.jurisdiction_code)
        return pb.ListCoolingOffLawsResponse(
            laws=[to_reply(row, model_pb2.CoolingOffLaw) for row in page],
            next_page_token=token,
            laws_version=reference().cooling_offs.version,
        )

    async def ListTopicalProducts(
        self, request: pb.ListTopicalProductsRequest, context: Context
    ) -> pb.ListTopicalProductsResponse:
        rows = creams(day_in(self.api, request.day), request.ingredient_code)
        page, token = page_of(self.api, request, rows, lambda row: row.product_code)
        return pb.ListTopicalProductsResponse(
            products=[to_reply(row, model_pb2.TopicalProduct) for row in page],
            next_page_token=token,
            anaesthetics_version=reference().anaesthetics.version,
        )

    async def ListPairs(
        self, request: pb.ListPairsRequest, context: Context
    ) -> pb.ListPairsResponse:
        day, changes = day_in(self.api, request.day), await changes_of(self.api)
        compatible = request.compatible if request.HasField("compatible") else None
        rows = pairs_with(changes, day, request.ingredient_code, compatible)
        page, token = page_of(self.api, request, rows, pair_code)
        version = version_on(reference().pairs.version, changes, day)
        return pb.ListPairsResponse(pairs=page, next_page_token=token, formulary_version=version)

    async def ListCodings(
        self, request: pb.ListCodingsRequest, context: Context
    ) -> pb.ListCodingsResponse:
        rows = codings(day_in(self.api, request.day), request.system, request.concept)
        page, token = page_of(self.api, request, rows, lambda row: f"{row.system} {row.code}")
        return pb.ListCodingsResponse(
            codings=[to_reply(row, model_pb2.CodingConcept) for row in page],
            next_page_token=token,
            rules_version=reference().rules.version,
        )

    async def ListResponseRules(
        self, request: pb.ListResponseRulesRequest, context: Context
    ) -> pb.ListResponseRulesResponse:
        rules = reference().response_rules.in_force(day_in(self.api, request.day))
        kind = chosen(request, "kind")
        rows = [row for row in response_rules(rules) if kind in ("", rule_kind(row))]
        page, token = page_of(self.api, request, rows, lambda row: row.rule_code)
        return pb.ListResponseRulesResponse(
            rules=page, next_page_token=token, rules_version=rules.said
        )

    async def ListCitedTrials(
        self, request: pb.ListCitedTrialsRequest, context: Context
    ) -> pb.ListCitedTrialsResponse:
        rules = reference().response_rules.in_force(day_in(self.api, request.day))
        measure = chosen(request, "measure")
        rows = [row for row in rules.trials if measure in ("", row.measure.value)]
        page, token = page_of(self.api, request, rows, trial_code)
        return pb.ListCitedTrialsResponse(
            trials=[to_reply(row, model_pb2.CitedTrial) for row in page],
            next_page_token=token,
            rules_version=rules.said,
        )

    async def ListThresholds(
        self, request: pb.ListThresholdsRequest, context: Context
    ) -> pb.ListThresholdsResponse:
        wanted = request.kind
        rows = [row for row in thresholds(day_in(self.api, request.day)) if wanted in (0, row.kind)]
        page, token = page_of(self.api, request, rows, threshold_code)
        return pb.ListThresholdsResponse(thresholds=page, next_page_token=token)

    async def ListConsentSentences(
        self, request: pb.ListConsentSentencesRequest, context: Context
    ) -> pb.ListConsentSentencesResponse:
        texts = self._texts(request)
        rows = sentences_of(texts, request.part, request.subject_code)
        page, token = page_of(self.api, request, rows, sentence_code)
        reply = to_reply(texts, pb.ListConsentSentencesResponse)
        reply.sentences.extend(page)
        reply.next_page_token, reply.texts_version = token, texts.version
        return reply

    async def ListSources(
        self, request: pb.ListSourcesRequest, context: Context
    ) -> pb.ListSourcesResponse:
        wanted = set(request.source_codes)
        rows = [row for row in reference().sources if not wanted or row.source_code in wanted]
        page, token = page_of(self.api, request, rows, lambda row: row.source_code)
        return pb.ListSourcesResponse(
            sources=[to_reply(row, model_pb2.Source) for row in page], next_page_token=token
        )

    def _texts(self, request: pb.ListConsentSentencesRequest) -> ConsentTexts:
        """Return the words in a language, or refuse one that there are none in."""
        texts = reference().texts(request.language, day_in(self.api, request.day))
        if texts is None:
            raise LanguageNotAvailable(language=request.language)
        return texts


def servicer(api: Api) -> Servicer:
    """Return ReferenceService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.ReferenceService",
        lambda server: service_pb2_grpc.add_ReferenceServiceServicer_to_server(
            ReferenceRows(api), server
        ),
    )
