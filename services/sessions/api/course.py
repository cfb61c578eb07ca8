"""CourseService: accepted plans on their way through their sessions."""

from dataclasses import dataclass

from mesoflow.sessions.v1 import model_pb2, service_pb2_grpc
from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen
from services.sessions.api.person import exported
from services.sessions.domain.course.errors import CourseNotFound
from services.sessions.handlers.course import COURSE


@dataclass(frozen=True, slots=True)
class Courses(service_pb2_grpc.CourseServiceServicer):
    """Implements CourseService."""

    api: Api

    async def GetCourse(
        self, request: pb.GetCourseRequest, context: Context
    ) -> pb.GetCourseResponse:
        found = await self.api.get(COURSE, request.course_id, CourseNotFound)
        return pb.GetCourseResponse(course=resource(found, model_pb2.Course))

    async def ExportPatient(
        self, request: pb.ExportPatientRequest, context: Context
    ) -> pb.ExportPatientResponse:
        return await exported(self.api, request)

    async def ListCourses(
        self, request: pb.ListCoursesRequest, context: Context
    ) -> pb.ListCoursesResponse:
        filters = {name: getattr(request, name) for name in ("patient_id", "plan_id", "clinic_id")}
        filters["course_state"] = chosen(request, "state")
        items, token = await self.api.page(request, COURSE, filters)
        courses = [resource(item, model_pb2.Course) for item in items]
        return pb.ListCoursesResponse(courses=courses, next_page_token=token)


def servicer(api: Api) -> Servicer:
    """Return CourseService, ready to join a server."""
    return Servicer(
        "mesoflow.sessions.v1.CourseService",
        lambda server: service_pb2_grpc.add_CourseServiceServicer_to_server(Courses(api), server),
    )
