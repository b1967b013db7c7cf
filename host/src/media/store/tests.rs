use futures_util::TryStreamExt;

use super::*;

fn opened() -> (tempfile::TempDir, MediaStore) {
    let base = tempfile::tempdir().unwrap();
    let store = MediaStore::open("file:data/media", base.path()).unwrap();
    (base, store)
}

async fn stored(store: &MediaStore, content: &'static [u8]) -> StoredFile {
    let key = Folder::random().file(Size::Original, Format::Png);
    store
        .put(key, Bytes::from_static(content), Format::Png, (3, 2))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_file_comes_back_whole_and_in_part() {
    let (base, store) = opened();
    let file = stored(&store, b"0123456789").await;
    assert_eq!(file.bytes, 10);
    assert_eq!(
        file.etag(),
        "\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\""
    );
    assert_eq!(store.read(&file.key).await.unwrap(), "0123456789");
    assert!(
        base.path()
            .join("data/media")
            .join(file.key.as_str())
            .exists()
    );
    for (range, expected) in [
        (None, "0123456789"),
        (Some(2..5), "234"),
        (Some(8..99), "89"),
        (Some(0..1), "0"),
    ] {
        let pieces: Vec<Bytes> = store
            .stream(&file.key, range)
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        assert_eq!(pieces.concat(), expected.as_bytes());
    }
    let beyond = store.stream(&file.key, Some(10..11)).await.err();
    assert!(matches!(beyond, Some(StoreError::Range { .. })));
    let missing = Folder::random().file(Size::Medium, Format::Gif);
    assert!(matches!(
        store.read(&missing).await,
        Err(StoreError::Missing { .. })
    ));
}

#[tokio::test]
async fn a_file_can_be_replaced_and_deleted() {
    let (base, store) = opened();
    let first = stored(&store, b"old").await;
    let again = store
        .put(
            first.key.clone(),
            Bytes::from_static(b"new"),
            Format::Png,
            (3, 2),
        )
        .await
        .unwrap();
    assert_ne!(first.etag(), again.etag());
    assert_eq!(store.read(&first.key).await.unwrap(), "new");
    store.delete(&first.key).await.unwrap();
    store.delete(&first.key).await.unwrap();
    assert!(matches!(
        store.read(&first.key).await,
        Err(StoreError::Missing { .. })
    ));
    assert!(
        !base
            .path()
            .join("data/media")
            .join(first.key.folder().path())
            .exists()
    );
}

#[tokio::test]
async fn orphans_are_found_and_unfinished_files_are_cleared() {
    let (base, store) = opened();
    let file = stored(&store, b"finished").await;
    let root = base.path().join("data/media");
    std::fs::write(root.join(format!("{}#1", file.key)), b"unfin").unwrap();
    let lost = Folder::random();
    std::fs::create_dir_all(root.join(lost.path())).unwrap();
    std::fs::write(root.join(lost.path()).join("original.jpg#12"), b"unfin").unwrap();
    std::fs::write(root.join("README"), b"the operator's own").unwrap();

    let reopened = MediaStore::open("file:data/media", base.path()).unwrap();
    let hour = Duration::from_secs(3600);
    let begun = std::fs::File::options()
        .append(true)
        .open(root.join(lost.path()).join("original.jpg#12"))
        .unwrap();
    let ago = SystemTime::now() - 2 * hour;
    begun.set_modified(ago).unwrap();
    assert_eq!(reopened.remove_unfinished(3 * hour).await.unwrap(), 0);
    // The other one is being written, here or on another node.
    assert_eq!(reopened.remove_unfinished(hour).await.unwrap(), 1);
    assert!(root.join(format!("{}#1", file.key)).exists());
    assert!(!root.join(lost.path()).exists());
    let listed: Vec<ListedFile> = reopened.list().try_collect().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].key, listed[0].bytes), (&file.key, 8));
    assert!(listed[0].modified.elapsed().unwrap_or_default() < Duration::from_secs(60));
    assert!(root.join("README").exists());
}

#[tokio::test]
async fn many_uploads_at_once_are_all_there() {
    let (_base, store) = opened();
    let uploads = (0..64).map(|_| stored(&store, b"at once"));
    let files = futures_util::future::join_all(uploads).await;
    let listed: Vec<ListedFile> = store.list().try_collect().await.unwrap();
    assert_eq!(listed.len(), files.len());
}

#[test]
fn the_address_is_a_folder_or_an_error_that_says_how() {
    let base = tempfile::tempdir().unwrap();
    for wrong in [
        "",
        "data/media",
        "s3://bucket/media",
        "file:",
        "file://data/media",
    ] {
        let refusal = MediaStore::open(wrong, base.path())
            .unwrap_err()
            .to_string();
        assert!(
            refusal.contains(&format!("store = \"{wrong}\"")),
            "{refusal}"
        );
        assert!(refusal.contains("file:data/media"), "{refusal}");
    }
    let absolute = base.path().join("elsewhere");
    for prefix in ["file:", "file://"] {
        MediaStore::open(
            &format!("{prefix}{}", absolute.display()),
            Path::new("/nowhere"),
        )
        .unwrap();
        assert!(absolute.join("00").is_dir());
    }
    std::fs::write(base.path().join("taken"), b"a file").unwrap();
    let refusal = MediaStore::open("file:taken", base.path()).unwrap_err();
    assert!(matches!(refusal, StoreError::Folder { .. }));
    assert!(refusal.to_string().contains("taken can't be used"));
}

#[test]
fn only_the_owner_may_enter_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let base = tempfile::tempdir().unwrap();
    MediaStore::open("file:media", base.path()).unwrap();
    let mode = std::fs::metadata(base.path().join("media"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}
