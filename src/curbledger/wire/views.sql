-- name: plan
-- For the statements below, until the transaction ends. The lists are short, but new ones have no statistics, and the
-- planner takes them for a row that may be read again for each record. By a hash it is read once.
SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off

-- name: violations
-- The violation's row, as it stood before marking, with what is to be collected: money is that of the placement,
-- frozen with the claim. Where payments, fees or a discount make the balance differ from
-- (AdjustedFine, or Fine where that is 0) + Towing + taxAmount, AdjustedFine carries all of it, and
-- AdjustmentReason says how it is made up (contract, section 1).
--
-- Each row is fetched by its key in a subquery that OFFSET 0 keeps apart: so the cost is that of the records,
-- whatever the planner believes of tables that have just grown by fifty thousand rows. The OFFSET 0 around them all
-- keeps the lists out of the loop: the planner takes what is fetched for one row, and would read a list, and make a
-- hash of it, for each record anew. That was half of the printing. So it is below.
SELECT v.id, v.vehicle_id, v.person_id, v.location_id, v.category_id, {printed}
FROM (
    SELECT
        v.*,
        coalesce(nullif(p.adjusted_fine, 0), p.fine) + p.towing + p.tax = p.balance AS plain,
        p.balance AS placed_balance,
        p.fine AS placed_fine,
        p.adjusted_fine AS placed_adjusted_fine,
        p.adjustment_reason AS placed_reason,
        p.towing AS placed_towing,
        p.tax AS placed_tax,
        p.fees AS placed_fees,
        p.discount AS placed_discount,
        p.paid AS placed_paid
    FROM unnest(%(ids)s::bigint[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT v.* FROM violation v WHERE v.id = asked.id OFFSET 0) v
    CROSS JOIN LATERAL (
        SELECT p.* FROM placement p WHERE p.revision_id = %(revision)s AND p.violation_id = asked.id OFFSET 0
    ) p
    OFFSET 0
) v
LEFT JOIN category c ON c.id = v.category_id
LEFT JOIN location l ON l.id = v.location_id

-- name: violations_keys
-- The keys of a violation, in the order of the contract.
v.id AS "ViolationID",
v.permit_number AS "SemPermitID",
v.ticket AS "Ticket",
v.vehicle_id AS "VehicleID",
wire_flag(v.spoiled) AS "Spoiled",
c.number AS "TicketType",
wire_time(v.issued_at) AS "Issued",
wire_time(v.converted_notice_at) AS "convNotice",
wire_time(v.due_at) AS "Due",
v.offence_number AS "ViolationTypeID",
trim_scale(v.placed_fine) AS "Fine",
trim_scale(CASE WHEN v.plain THEN coalesce(v.placed_adjusted_fine, 0) ELSE v.placed_balance END) AS "AdjustedFine",
trim_scale(CASE WHEN v.plain THEN v.placed_towing ELSE 0 END) AS "Towing",
-- Four decimals in a string, unlike every other amount: the original's column is of another type.
(CASE WHEN v.plain THEN v.placed_tax ELSE 0 END)::numeric(14, 4)::text AS "taxAmount",
v.writer AS "Writer",
l.number AS "LocationID",
v.comment AS "Comment",
wire_time(v.appealed_at) AS "TicketAppeal",
v.appeal_type AS "appealType",
v.appeal_format AS "appealFormat",
v.access_admin AS "AccessAdminID",
v.actioned_per AS "ActionedPer",
wire_time(v.created_at) AS "Created",
v.appeal_person AS "AppealUserID",
wire_time(v.appeal_processed_at) AS "AppealProcessDate",
v.appeal_admin AS "AppealAdminID",
v.appeal_comment AS "AppealComment",
v.appeal_admin_comment AS "AppealAdminComment",
v.auto_notice AS "AutoNotice",
NULL AS "ProcessedByCollection",
NULL AS "SentToCollections",
v.private_comments AS "PrivateComments",
wire_flag(v.drive_away) AS "DriveAway",
v.uuid AS "UUID",
v.notice AS "VioNotice",
trim_scale(v.latitude) AS "latitude",
trim_scale(v.longitude) AS "longitude",
-- Null where there is none to speak of, as in the sample: these flags are never 0.
CASE WHEN v.warning THEN 1 END AS "Warning",
v.person_id AS "userid",
v.incident AS "incidentID",
CASE WHEN v.fail_to_identify THEN 1 END AS "failToIdentify",
v.pin AS "pin",
CASE WHEN v.duplicate THEN 1 END AS "duplicate",
CASE WHEN v.plain THEN v.placed_reason ELSE concat_ws(' ', v.placed_reason, concat(
    'Balance ', v.placed_balance, ': fine ', v.placed_fine,
    ' adjusted to ' || v.placed_adjusted_fine,
    ' + towing ' || nullif(v.placed_towing, 0),
    ' + tax ' || nullif(v.placed_tax, 0),
    ' + fees ' || nullif(v.placed_fees, 0),
    ' - discount ' || nullif(v.placed_discount, 0),
    ' - paid ' || nullif(v.placed_paid, 0),
    '.')) END AS "AdjustmentReason"

-- name: details
-- The offences of the violations, in the order of their ids. `offence_id` finds the type to nest.
SELECT d.violation_id, d.offence_id, {printed}
FROM (
    SELECT d.*, v.ticket
    FROM unnest(%(ids)s::bigint[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT v.ticket FROM violation v WHERE v.id = asked.id OFFSET 0) v
    CROSS JOIN LATERAL (SELECT d.* FROM violation_detail d WHERE d.violation_id = asked.id OFFSET 0) d
    OFFSET 0
) d
LEFT JOIN offence o ON o.id = d.offence_id
LEFT JOIN location l ON l.id = d.location_id
ORDER BY d.id

-- name: details_keys
-- The keys of an offence on a ticket.
d.id AS "ViolationsDetailID",
d.violation_id AS "ViolationID",
d.ticket AS "Ticket",
o.number AS "ViolationTypeID",
l.number AS "LocationID",
trim_scale(d.fine) AS "offenceFine",
wire_flag(d.discount_flag) AS "discountFlag",
trim_scale(d.discount_amount) AS "discountAmount",
d.discount_hours AS "discountHours",
wire_time(d.created_at) AS "created"

-- name: attachments
-- The files of the violations, in the order of their ids.
SELECT asked.id, {printed}
FROM unnest(%(ids)s::bigint[]) AS asked (id)
CROSS JOIN LATERAL (SELECT a.* FROM attachment a WHERE a.violation_id = asked.id OFFSET 0) a
ORDER BY a.id

-- name: attachments_keys
-- The keys of a file.
a.id AS "attachID",
a.storage_location AS "storageLocation",
a.name AS "attachName",
a.extension AS "attachExt",
a.mime AS "attachMime",
'VIOLATIONS'::text AS "relatedType",
a.violation_id AS "relatedID",
(SELECT v.ticket FROM violation v WHERE v.id = a.violation_id) AS "relatedNote",
wire_time(a.created_at) AS "created",
wire_time(a.archived) AS "archived",
a.unique_id AS "uniqueid"

-- name: vehicles
-- The vehicles, which entries of the lists to nest in them, and who drives them. A driver's record stands in the
-- order of the person's id.
SELECT
    v.id, v.make_id, v.colour_id, v.vehicle_type_id, v.plate_type_id, v.province_id,
    ARRAY(SELECT d.person_id FROM driver d WHERE d.vehicle_id = v.id ORDER BY d.person_id),
    {printed}
FROM (
    SELECT v.*
    FROM unnest(%(ids)s::bigint[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT v.* FROM vehicle v WHERE v.id = asked.id OFFSET 0) v
    OFFSET 0
) v
LEFT JOIN plate_type pt ON pt.id = v.plate_type_id
LEFT JOIN province pr ON pr.id = v.province_id
LEFT JOIN make mk ON mk.id = v.make_id
LEFT JOIN vehicle_type vt ON vt.id = v.vehicle_type_id
LEFT JOIN colour co ON co.id = v.colour_id

-- name: vehicles_keys
-- The keys of a vehicle.
v.id AS "VehicleID",
wire_flag(v.active) AS "Active",
wire_time(v.last_update) AS "lastUpdate",
v.plate AS "Plate",
pt.number AS "PlateTypeID",
pr.number AS "ProvID",
mk.number AS "MakeID",
vt.number AS "TypeID",
co.number AS "ColourID",
v.year AS "Year",
v.total_violations AS "TotalVio",
v.total_unpaid AS "TotalUnpaid",
v.total_warnings AS "TotalWarning",
wire_time(v.created_at) AS "created",
wire_time(v.external_lookup_at) AS "externallookupdate",
v.external_lookup_request AS "externallookupRequestID",
wire_time(v.modified) AS "modified",
v.alert AS "vehicleAlert",
v.vin AS "vin"

-- name: people
-- The profiles. The keys of a person's secrets stay, and their value is always null: no secret of a person is ever
-- handed to a third party (contract, section 1).
SELECT p.id, {printed}
FROM (
    SELECT p.*
    FROM unnest(%(ids)s::bigint[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT p.* FROM person p WHERE p.id = asked.id OFFSET 0) p
    OFFSET 0
) p
JOIN client c ON c.id = p.client_id
LEFT JOIN province pr ON pr.id = p.province_id
LEFT JOIN province pr2 ON pr2.id = p.province2_id
LEFT JOIN province lp ON lp.id = p.licence_province_id
LEFT JOIN user_type ut ON ut.id = p.user_type_id
LEFT JOIN user_type lt ON lt.id = p.locker_user_type_id

-- name: people_keys
-- The keys of a profile.
p.id AS "UserID",
p.enabled AS "enabled",
p.salutation AS "salutation",
p.first_name AS "firstName",
p.middle_name AS "middleName",
p.last_name AS "lastName",
p.user_name AS "username",
p.email AS "email",
p.street AS "street",
p.city AS "city",
pr.number AS "prov",
p.postal AS "postal",
p.street2 AS "street2",
p.city2 AS "city2",
pr2.number AS "prov2",
p.postal2 AS "postal2",
p.phone_cell AS "phonecell",
p.status AS "status",
ut.number AS "UserTypeID",
p.employ_no AS "employNo",
p.department AS "deptNameID",
p.employee_phone AS "ePhone",
wire_flag(p.staff_faculty) AS "staffFacultyFlag",
p.student_no AS "studentNo",
p.student_phone AS "sPhone",
p.student_phone2 AS "sPhone2",
wire_time(p.last_updated) AS "lastUpdated",
wire_time(p.created_at) AS "created",
p.private_comment AS "privateComment",
p.public_comment AS "publicComment",
p.licence_number AS "DLNum",
-- A day is handed out as midnight in the client's zone, in UTC, as the sample shows.
wire_time(p.date_of_birth::timestamp AT TIME ZONE c.timezone) AS "DOB",
wire_flag(p.staff_mail_permit) AS "StaffMailPermit",
p.extended_id AS "ExtendedID",
p.uuid AS "UserUUID",
p.campus_box AS "CampusBox",
p.new_email AS "newEmail",
p.read_only_user_id AS "ReadOnlyUserID",
p.student_no_int AS "studentNo_int",
p.employ_no_int AS "employNo_int",
p.student_campus_location AS "StuCampusLocation",
p.employee_campus_location AS "EmpCampusLocation",
p.mail_permit_to AS "MailPermitTo",
p.is_cloud_account AS "isCloudAccount",
wire_time(p.last_self_updated) AS "lastSelfUpdated",
p.email_consent AS "emailConsent",
p.text_reminders AS "T2P_reminders",
p.reminder_time AS "reminderTime",
lt.number AS "lockerUserTypeID",
NULL AS "encid",
p.preferred_name AS "preferredname",
wire_flag(p.plate_alert) AS "plateAlert",
wire_flag(p.people_alert) AS "peopleAlert",
NULL AS "salt",
wire_flag(p.force_password_change) AS "forcePasswordChange",
wire_time(p.last_password_change) AS "lastpasswordchange",
lp.number AS "DLprov",
p.login_source AS "loginSource",
p.company_id AS "company_id",
p.tax_exemption AS "taxexemption",
p.company_manager AS "company_manager",
p.receives_invoice AS "receives_invoice",
p.account_number AS "account_number",
p.company_bill_recipient AS "company_bill_recipient",
p.kais_employer AS "kais_employer",
p.kais_building AS "kais_building",
p.kais_supervisor_name AS "kais_supervisor_name",
p.kais_supervisor_title AS "kais_supervisor_title",
NULL AS "register_token",
NULL AS "api_token",
wire_time(p.modified) AS "modified",
p.bambora_customer_code AS "bambora_customer_code",
p.language AS "language",
p.preferred_communication_method AS "preferred_communication_method"

-- name: lists
-- The entries of the short lists that the records name. The flags of an offence are true and false, unlike every
-- other flag of the answer.
SELECT 'makes', l.id, row_to_json(w) FROM make l CROSS JOIN LATERAL (
    SELECT l.number AS "MakeID", l.name AS "MakeName", wire_time(l.modified) AS "modified") w
WHERE l.id = ANY (%(makes)s::bigint[])
UNION ALL
SELECT 'colours', l.id, row_to_json(w) FROM colour l CROSS JOIN LATERAL (
    SELECT l.number AS "ColourID", l.name AS "ColourName", l.colour_key AS "ColourKey",
           wire_time(l.modified) AS "modified") w
WHERE l.id = ANY (%(colours)s::bigint[])
UNION ALL
SELECT 'vehicle_types', l.id, row_to_json(w) FROM vehicle_type l CROSS JOIN LATERAL (
    SELECT l.number AS "TypeID", l.name AS "TypeName", wire_time(l.modified) AS "modified") w
WHERE l.id = ANY (%(vehicle_types)s::bigint[])
UNION ALL
SELECT 'plate_types', l.id, row_to_json(w) FROM plate_type l CROSS JOIN LATERAL (
    SELECT l.number AS "TypeID", l.name AS "TypeName", wire_time(l.modified) AS "modified",
           l.type_code AS "typeCode") w
WHERE l.id = ANY (%(plate_types)s::bigint[])
UNION ALL
SELECT 'provinces', l.id, row_to_json(w) FROM province l CROSS JOIN LATERAL (
    SELECT l.number AS "ProvID", l.name AS "ProvName", l.country AS "Country", l.code AS "ProvCode",
           wire_time(l.modified) AS "modified", wire_flag(l.payments) AS "payments") w
WHERE l.id = ANY (%(provinces)s::bigint[])
UNION ALL
SELECT 'locations', l.id, row_to_json(w) FROM location l CROSS JOIN LATERAL (
    SELECT l.number AS "LocationID", l.name AS "LocationName", wire_flag(l.writer_visible) AS "WriterVisible",
           l.gis_number AS "GisNo", wire_time(l.modified) AS "modified") w
WHERE l.id = ANY (%(locations)s::bigint[])
UNION ALL
SELECT 'categories', l.id, row_to_json(w) FROM category l CROSS JOIN LATERAL (
    SELECT l.number AS "TicketTypeID", l.name AS "TicketTypeName", wire_flag(l.handheld_visible) AS "HandHeldVisible",
           wire_time(l.modified) AS "modified", wire_time(l.archived) AS "archived", l.applies_to AS "appliesTo",
           wire_flag(l.enable_fail_to_identify) AS "enableFailToIdentify") w
WHERE l.id = ANY (%(categories)s::bigint[])
UNION ALL
SELECT 'offences', l.id, row_to_json(w) FROM offence l CROSS JOIN LATERAL (
    SELECT l.number AS "ViolationTypeID", l.name AS "ViolationDescr", trim_scale(l.default_cost) AS "DefaultCost",
           wire_time(l.created_at) AS "created", l.discount_flag AS "discountFlag",
           trim_scale(l.discount_amount) AS "discountAmount", l.discount_hours AS "discountHours",
           l.admin_only AS "adminOnly", l.violation_key AS "violationkey", wire_time(l.modified) AS "modified",
           (SELECT c.number FROM category c WHERE c.id = l.category_id) AS "category_id",
           l.adjustable AS "adjustable", l.bylaw_code AS "bylawcode") w
WHERE l.id = ANY (%(offences)s::bigint[])
