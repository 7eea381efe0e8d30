-- Record the current content of a template at SendGrid.
insert into ledger.templates (
    campaign, locale, template_id, version_id, content_hash, pushed_at
)
values (
    %(campaign)s,
    %(locale)s,
    %(template_id)s,
    %(version_id)s,
    %(content_hash)s,
    %(now)s
)
on conflict (campaign, locale) do update
    set
        template_id = excluded.template_id,
        version_id = excluded.version_id,
        content_hash = excluded.content_hash,
        pushed_at = excluded.pushed_at
