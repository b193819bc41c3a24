"""Every page, below /portal/."""

from __future__ import annotations

from django.urls import path

from curbledger.portal import (
    acts,
    audit,
    batches,
    import_mapping,
    imports,
    issue,
    missing,
    notice_texts,
    notices,
    own,
    people,
    recalls,
    reports,
    sign_in,
    today,
    violation,
    violations,
)

app_name = "portal"

urlpatterns = [
    path("", today.today, name="home"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("language", own.language, name="language"),
    path("password", own.password, name="password"),
    path("clients", own.clients, name="clients"),
    path("violations", violations.violations, name="violations"),
    path("violations/<int:violation_id>", violation.violation, name="violation"),
    *(path(f"violations/<int:violation_id>/{name}", view, name=name) for name, view in acts.PAGES.items()),
    path("files/<uuid:unique_id>", violation.file, name="file"),
    path("issue", issue.issue, name="issue"),
    path("batches/recall", recalls.recall_many, name="recall-many"),
    path("batches/new-cycles", recalls.new_cycles, name="new-cycles"),
    path("batches", batches.all_batches, name="batches"),
    path("batches/<uuid:batch_id>", batches.batch, name="batch"),
    path("batches/<uuid:batch_id>/<int:revision>/records.<str:form>", batches.batch_file, name="batch-file"),
    path("notices", notices.notices, name="notices"),
    path("notices/messages/<int:message_id>", notices.one_message, name="message"),
    path("notices/letters/<int:run_id>", notices.letter_run, name="letter-run"),
    path("notices/letters/<int:run_id>/file", notices.letters_file, name="letters-file"),
    path("notices/texts", notice_texts.notice_texts, name="notice-texts"),
    path("notices/texts/<int:stage>/<str:kind>/<str:language>", notice_texts.notice_text, name="notice-text"),
    path("people", people.people, name="people"),
    path("people/<int:person_id>", people.person, name="person"),
    path("people/<int:person_id>/hold", people.hold_all, name="hold-all"),
    path("people/<int:person_id>/holds/<int:hold_id>", people.release, name="release-person"),
    path("vehicles/<int:vehicle_id>", people.vehicle, name="vehicle"),
    path("imports", imports.imports, name="imports"),
    path("imports/<int:import_id>", imports.one_import, name="import"),
    path("imports/<int:import_id>/rejected", imports.rejected_rows, name="import-rejected"),
    path("imports/<int:import_id>/mapping", import_mapping.mapping, name="import-mapping"),
    path("imports/<int:import_id>/text", import_mapping.mapping_text, name="import-text"),
    path("imports/mappings/<int:mapping_id>", import_mapping.kept_mapping, name="kept-mapping"),
    path("audit", audit.audit, name="audit"),
    path("audit/export", audit.export, name="audit-export"),
    path("reports", reports.reports, name="reports"),
    path("reports/<str:report>", reports.one_report, name="report"),
    path("reports/<str:report>/file", reports.report_file, name="report-file"),
    path("<path:rest>", missing.nothing_here),
]
