//! Handles: numbers that stand for objects of the library.
//!
//! A number is never given out twice, so a freed or invented one is told apart from every live one.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::failure::{Failure, SemdStatus};

/// An object of the library: a validator, builder, signer, set of trust, preflight or error. 0 is never one. It lives until
/// semd_free; a call that uses it at that moment ends undisturbed.
pub type SemdHandle = u64;

type Object = Arc<dyn Any + Send + Sync>;

static OBJECTS: LazyLock<RwLock<BTreeMap<SemdHandle, Object>>> = LazyLock::new(RwLock::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// An object that can stand behind a handle.
pub(crate) trait Kind: Send + Sync + 'static {
    /// What it is called in errors, Russian and English.
    const NAME: (&'static str, &'static str);
}

/// A handle for a new object.
pub(crate) fn insert<T: Send + Sync + 'static>(object: T) -> SemdHandle {
    let handle = NEXT.fetch_add(1, Ordering::Relaxed);
    OBJECTS.write().unwrap_or_else(PoisonError::into_inner).insert(handle, Arc::new(object));
    handle
}

fn find(handle: SemdHandle) -> Option<Object> {
    OBJECTS.read().unwrap_or_else(PoisonError::into_inner).get(&handle).cloned()
}

/// The object of a handle.
pub(crate) fn get<T: Kind>(handle: SemdHandle) -> Result<Arc<T>, Failure> {
    let (ru, en) = T::NAME;
    let object = find(handle).ok_or_else(|| {
        Failure::argument(
            c"handle",
            format!("дескриптор «{ru}» не существует: не был создан или уже освобождён"),
            format!("there is no such handle of a {en}: it was never made, or was freed already"),
        )
    })?;
    object.downcast().map_err(|_| {
        Failure::argument(
            c"handle-kind",
            format!("дескриптор другого объекта: нужен «{ru}»"),
            format!("a handle of another object: a {en} is needed"),
        )
    })
}

/// Frees the object of any handle. 0 is permitted and does nothing; a handle that does not exist, or was freed already, is
/// SEMD_STATUS_ARGUMENT and does no harm.
#[unsafe(no_mangle)]
pub extern "C" fn semd_free(handle: SemdHandle) -> SemdStatus {
    if handle == 0 {
        return SemdStatus::Ok;
    }
    // The object is dropped after the lock is released: dropping may call the caller's release function.
    let removed = OBJECTS.write().unwrap_or_else(PoisonError::into_inner).remove(&handle);
    match removed {
        Some(object) => {
            // A destructor that panics must not cross the border.
            let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(object)));
            dropped.map_or(SemdStatus::Internal, |()| SemdStatus::Ok)
        }
        None => SemdStatus::Argument,
    }
}

/// The number of live handles, errors among them: what a caller has not freed yet. For tests of callers.
#[unsafe(no_mangle)]
pub extern "C" fn semd_handle_count() -> usize {
    OBJECTS.read().unwrap_or_else(PoisonError::into_inner).len()
}
