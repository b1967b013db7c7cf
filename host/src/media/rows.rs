//! The rows of media, and all queries on them.

use std::{cmp::Reverse, collections::HashMap};

use diesel::{delete, insert_into, prelude::*, update};
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::{StoredFile, words::Visibility};
use crate::schema::{media, media_deletions, media_files, media_tags, members};

/// A medium's own row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = media)]
pub struct MediumRow {
    pub id: i64,
    pub owner_id: i64,
    pub title: String,
    pub description: String,
    pub visibility: String,
    pub state: String,
    /// Why its sizes could not be made, for its owner.
    pub problem: String,
    pub file_name: String,
    pub keep_location: bool,
    pub created_at: Timestamp,
}

/// One stored size of a medium.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = media_files, treat_none_as_default_value = false)]
pub struct FileRow {
    pub media_id: i64,
    pub size: String,
    pub key: String,
    pub content_type: String,
    pub width: i32,
    pub height: i32,
    pub bytes: i64,
    /// With its quotes.
    pub etag: String,
}

#[derive(Insertable)]
#[diesel(table_name = media_tags, treat_none_as_default_value = false)]
struct TagRow {
    media_id: i64,
    position: i32,
    tag: String,
}

/// A medium with all that is shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    pub row: MediumRow,
    pub owner_username: String,
    pub owner_display_name: String,
    pub tags: Vec<String>,
    pub files: Vec<FileRow>,
}

/// Where a list goes on: after the medium of this time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub created_at: Timestamp,
    pub id: i64,
}

/// Which media are listed, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// What everybody may see, of all members.
    Public,
    /// What everybody may see, and all of this member's own, for that member.
    VisibleTo(i64),
    /// What everybody may see of one member.
    PublicOf(i64),
    /// All of one member's, for that member.
    AllOf(i64),
}

type Found = (MediumRow, String, String);

impl FileRow {
    /// The row of a file that has been stored.
    #[must_use]
    pub fn new(media_id: i64, size: &str, stored: &StoredFile) -> Self {
        let pixels = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
        Self {
            media_id,
            size: size.to_owned(),
            key: stored.key.as_str().to_owned(),
            content_type: stored.format.content_type().to_owned(),
            width: pixels(stored.width),
            height: pixels(stored.height),
            bytes: i64::try_from(stored.bytes).unwrap_or(i64::MAX),
            etag: stored.etag(),
        }
    }
}

impl Medium {
    /// How many there are, of all members and in whichever state.
    ///
    /// # Errors
    /// The database failed.
    pub fn count(connection: &mut Connection) -> QueryResult<i64> {
        media::table.count().get_result(connection)
    }

    /// The stored file of a size.
    #[must_use]
    pub fn file(&self, size: &str) -> Option<&FileRow> {
        self.files.iter().find(|file| file.size == size)
    }

    /// Whether a viewer (a member, or anybody) may see it.
    #[must_use]
    pub fn is_visible_to(&self, viewer: Option<i64>) -> bool {
        viewer == Some(self.row.owner_id) || self.row.visibility != Visibility::Private.as_str()
    }

    /// One medium, whoever asks.
    ///
    /// # Errors
    /// The database failed.
    pub fn find(connection: &mut Connection, id: i64) -> QueryResult<Option<Self>> {
        let found: Option<Found> = media::table
            .inner_join(members::table)
            .filter(media::id.eq(id))
            .select((
                MediumRow::as_select(),
                members::username,
                members::display_name,
            ))
            .first(connection)
            .optional()?;
        Ok(complete(connection, found.into_iter().collect())?.pop())
    }

    /// One stored file with the facts that decide who may have it: one read.
    ///
    /// # Errors
    /// The database failed.
    pub fn find_file(
        connection: &mut Connection,
        id: i64,
        size: &str,
    ) -> QueryResult<Option<(FileRow, i64, String)>> {
        media_files::table
            .inner_join(media::table.on(media::id.eq(media_files::media_id)))
            .filter(media_files::media_id.eq(id))
            .filter(media_files::size.eq(size))
            .select((FileRow::as_select(), media::owner_id, media::visibility))
            .first(connection)
            .optional()
    }

    /// A page of a listing.
    ///
    /// # Errors
    /// The database failed.
    pub fn list(
        connection: &mut Connection,
        listing: Listing,
        after: Option<Position>,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let found = match listing {
            Listing::Public => walk(connection, None, true, after, limit)?,
            Listing::PublicOf(owner) => walk(connection, Some(owner), true, after, limit)?,
            Listing::AllOf(owner) => walk(connection, Some(owner), false, after, limit)?,
            // Two short walks, and not one past all that others keep private.
            Listing::VisibleTo(viewer) => {
                let mut found = walk(connection, None, true, after, limit)?;
                found.extend(walk(connection, Some(viewer), false, after, limit)?);
                found.sort_by_key(|(row, ..)| Reverse((row.created_at, row.id)));
                found.dedup_by_key(|(row, ..)| row.id);
                found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                found
            }
        };
        complete(connection, found)
    }

    /// Stores a new medium with its original and its tags.
    ///
    /// # Errors
    /// The database failed.
    pub fn insert(
        connection: &mut Connection,
        row: &MediumRow,
        original: &FileRow,
        tags: &[String],
    ) -> QueryResult<()> {
        insert_into(media::table)
            .values(row.clone())
            .execute(connection)?;
        insert_into(media_files::table)
            .values(original.clone())
            .execute(connection)?;
        set_tags(connection, row.id, tags)
    }

    /// Changes words and visibility; what is `None` stays.
    ///
    /// # Errors
    /// The database failed.
    pub fn change(
        connection: &mut Connection,
        id: i64,
        title: Option<&str>,
        description: Option<&str>,
        visibility: Option<Visibility>,
        tags: Option<&[String]>,
    ) -> QueryResult<()> {
        let medium = media::table.find(id);
        if let Some(title) = title {
            update(medium)
                .set(media::title.eq(title))
                .execute(connection)?;
        }
        if let Some(description) = description {
            update(medium)
                .set(media::description.eq(description))
                .execute(connection)?;
        }
        if let Some(visibility) = visibility {
            update(medium)
                .set(media::visibility.eq(visibility.as_str()))
                .execute(connection)?;
        }
        if let Some(tags) = tags {
            delete(media_tags::table.filter(media_tags::media_id.eq(id))).execute(connection)?;
            set_tags(connection, id, tags)?;
        }
        Ok(())
    }

    /// Deletes a medium, and writes down which files have to go.
    ///
    /// # Errors
    /// The database failed.
    pub fn delete(
        connection: &mut Connection,
        id: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<String>> {
        let keys: Vec<String> = media_files::table
            .filter(media_files::media_id.eq(id))
            .select(media_files::key)
            .load(connection)?;
        for key in &keys {
            insert_into(media_deletions::table)
                .values((
                    media_deletions::key.eq(key),
                    media_deletions::requested_at.eq(now),
                ))
                .on_conflict_do_nothing()
                .execute(connection)?;
        }
        delete(media_tags::table.filter(media_tags::media_id.eq(id))).execute(connection)?;
        delete(media_files::table.filter(media_files::media_id.eq(id))).execute(connection)?;
        delete(media::table.find(id)).execute(connection)?;
        Ok(keys)
    }

    /// The medium that has waited longest for its smaller sizes.
    ///
    /// # Errors
    /// The database failed.
    pub fn next_to_process(connection: &mut Connection) -> QueryResult<Option<(i64, FileRow)>> {
        media::table
            .inner_join(
                media_files::table.on(media_files::media_id
                    .eq(media::id)
                    .and(media_files::size.eq("original"))),
            )
            .filter(media::state.eq("processing"))
            .order((media::created_at.asc(), media::id.asc()))
            .select((media::id, FileRow::as_select()))
            .first(connection)
            .optional()
    }

    /// Notes that the smaller sizes are there. False if the medium is gone, or
    /// they were there before.
    ///
    /// # Errors
    /// The database failed.
    pub fn finish(connection: &mut Connection, id: i64, files: &[FileRow]) -> QueryResult<bool> {
        let changed = update(media::table.find(id).filter(media::state.eq("processing")))
            .set(media::state.eq("ready"))
            .execute(connection)?;
        if changed == 0 {
            return Ok(false);
        }
        insert_into(media_files::table)
            .values(files.to_vec())
            .execute(connection)?;
        Ok(true)
    }

    /// Notes that they can't be made, and why.
    ///
    /// # Errors
    /// The database failed.
    pub fn fail(connection: &mut Connection, id: i64, problem: &str) -> QueryResult<()> {
        update(media::table.find(id).filter(media::state.eq("processing")))
            .set((media::state.eq("failed"), media::problem.eq(problem)))
            .execute(connection)?;
        Ok(())
    }

    /// The files that still have to be deleted from the store.
    ///
    /// # Errors
    /// The database failed.
    pub fn deletions(connection: &mut Connection) -> QueryResult<Vec<String>> {
        media_deletions::table
            .select(media_deletions::key)
            .limit(100)
            .load(connection)
    }

    /// Notes that they are gone.
    ///
    /// # Errors
    /// The database failed.
    pub fn deleted(connection: &mut Connection, keys: &[String]) -> QueryResult<()> {
        delete(media_deletions::table.filter(media_deletions::key.eq_any(keys.to_vec())))
            .execute(connection)?;
        Ok(())
    }

    /// Which of these keys a row knows.
    ///
    /// # Errors
    /// The database failed.
    pub fn known_keys(connection: &mut Connection, keys: &[String]) -> QueryResult<Vec<String>> {
        media_files::table
            .filter(media_files::key.eq_any(keys.to_vec()))
            .select(media_files::key)
            .load(connection)
    }
}

/// Along an index, the newest first: the media of one member or of all, and of
/// these, if so said, only what everybody may see.
fn walk(
    connection: &mut Connection,
    owner: Option<i64>,
    only_public: bool,
    after: Option<Position>,
    limit: i64,
) -> QueryResult<Vec<Found>> {
    let mut query = media::table
        .inner_join(members::table)
        .select((
            MediumRow::as_select(),
            members::username,
            members::display_name,
        ))
        .order((media::created_at.desc(), media::id.desc()))
        .limit(limit)
        .into_boxed::<Hob>();
    if let Some(owner) = owner {
        query = query.filter(media::owner_id.eq(owner));
    }
    if only_public {
        query = query
            .filter(media::visibility.eq(Visibility::Public.as_str()))
            .filter(media::state.eq("ready"))
            .filter(members::disabled_at.is_null());
    }
    if let Some(after) = after {
        // The first condition follows from the second, and is one that an
        // index can begin at.
        query = query.filter(media::created_at.le(after.created_at)).filter(
            media::created_at
                .lt(after.created_at)
                .or(media::id.lt(after.id)),
        );
    }
    query.load(connection)
}

fn set_tags(connection: &mut Connection, id: i64, tags: &[String]) -> QueryResult<()> {
    let rows: Vec<TagRow> = (0..)
        .zip(tags)
        .map(|(position, tag)| TagRow {
            media_id: id,
            position,
            tag: tag.clone(),
        })
        .collect();
    if !rows.is_empty() {
        insert_into(media_tags::table)
            .values(rows)
            .execute(connection)?;
    }
    Ok(())
}

/// Adds tags and files to rows: two queries for a whole page.
fn complete(connection: &mut Connection, found: Vec<Found>) -> QueryResult<Vec<Medium>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = found.iter().map(|(row, _, _)| row.id).collect();
    let mut files: HashMap<i64, Vec<FileRow>> = HashMap::new();
    for file in media_files::table
        .filter(media_files::media_id.eq_any(ids.clone()))
        .select(FileRow::as_select())
        .load(connection)?
    {
        files.entry(file.media_id).or_default().push(file);
    }
    let mut tags: HashMap<i64, Vec<(i32, String)>> = HashMap::new();
    for (id, position, tag) in media_tags::table
        .filter(media_tags::media_id.eq_any(ids))
        .select((media_tags::media_id, media_tags::position, media_tags::tag))
        .load::<(i64, i32, String)>(connection)?
    {
        tags.entry(id).or_default().push((position, tag));
    }
    let whole = |(row, owner_username, owner_display_name): Found| {
        let mut files = files.remove(&row.id).unwrap_or_default();
        files.sort_by_key(|file| Reverse(file.bytes));
        let mut tags = tags.remove(&row.id).unwrap_or_default();
        tags.sort();
        Medium {
            tags: tags.into_iter().map(|(_, tag)| tag).collect(),
            files,
            row,
            owner_username,
            owner_display_name,
        }
    };
    Ok(found.into_iter().map(whole).collect())
}
