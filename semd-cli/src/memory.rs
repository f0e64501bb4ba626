//! What this process asks of the allocator of the C library, and of the system.
#![allow(unsafe_code, reason = "the allocator and the system are told by calls of C")]

/// Lets the allocator keep little of what is not in use, for processes that run for days.
///
/// The allocator of glibc makes an arena for every new thread, up to eight for each processor, and once a block of some size
/// was given back, each arena keeps twice that much for itself, up to 64 MB. A worker hands every document from thread to
/// thread and mostly waits, for the disk and for the register: its memory grew to 180 MB over 80,000 documents, of which 20
/// were in use (docs/measurements/exchange.md). Commands that compute on all processors call [`in_large_pages`] instead.
pub fn keep_flat() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    tell([
        // Threads share two arenas.
        (libc::M_ARENA_MAX, 2),
        // Blocks of this size come from the system and go back to it. Envelopes and documents are smaller.
        (libc::M_MMAP_THRESHOLD, 1 << 20),
        // What an arena has above its last block, it keeps up to here.
        (libc::M_TRIM_THRESHOLD, 2 << 20),
    ]);
}

/// Sets parameters of the allocator.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn tell<const COUNT: usize>(parameters: [(libc::c_int, libc::c_int); COUNT]) {
    for (parameter, value) in parameters {
        // SAFETY: `mallopt` takes two numbers. A number it does not like changes nothing, and a thread that allocates meanwhile
        // goes by the old number or by the new one.
        unsafe { libc::mallopt(parameter, value) };
    }
}

/// Lets what this thread allocates from now on lie in large pages, for commands that work through a batch and then end.
///
/// A batch of documents takes the memory of a hundred rule packages within a quarter of a second. Page by page that is a sixth of its
/// time, and the arena of a second thread grows by a call of the system for every few pages, which holds the page faults of all
/// threads up. Here the arena takes its room at once, as address space alone: it becomes memory where something is written to. See
/// docs/decisions/0038-memory-of-batches.md.
pub fn in_large_pages() {
    // Elsewhere arenas are smaller, or there are none.
    #[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
    {
        /// Two of them fit into the 64 MB that an arena of a thread has at most in one piece.
        const BLOCK: usize = 28 << 20;
        const BLOCKS: usize = 2;
        /// The largest page of any processor, unless it is one of the large ones.
        const PAGE: usize = 64 << 10;
        static TOLD: std::sync::Once = std::sync::Once::new();
        TOLD.call_once(|| {
            tell([
                // Blocks up to this size, the greatest that may be asked for, come from the arena.
                (libc::M_MMAP_THRESHOLD, 32 << 20),
                // It keeps what they leave.
                (libc::M_TRIM_THRESHOLD, 128 << 20),
            ]);
        });
        let mut room = [const { Vec::<u8>::new() }; BLOCKS];
        for block in &mut room {
            // Where there is no such room, the thread does without.
            if block.try_reserve_exact(BLOCK).is_err() {
                return;
            }
            let start = block.as_mut_ptr();
            let start = start.wrapping_add(start.align_offset(PAGE));
            // SAFETY: the range lies in a block that this thread alone has, and the call changes no contents. A system without large
            // pages refuses it, which changes nothing.
            unsafe { libc::madvise(start.cast(), BLOCK - PAGE, libc::MADV_HUGEPAGE) };
        }
    }
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
mod tests {
    /// What the system says of the mapping that an address lies in.
    fn flags_at(address: usize) -> String {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut within = false;
        for line in maps.lines() {
            let bounds = line.split(' ').next().and_then(|range| range.split_once('-'));
            let number = |text: &str| usize::from_str_radix(text, 16).ok();
            if let Some((Some(start), Some(end))) = bounds.map(|(start, end)| (number(start), number(end))) {
                within = (start..end).contains(&address);
            } else if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| within) {
                return flags.to_owned();
            }
        }
        panic!("no mapping at {address:#x}");
    }

    #[test]
    fn what_a_thread_allocates_lies_in_large_pages() {
        if !std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists() {
            println!("skipped: this system has no large pages");
            return;
        }
        let flags = std::thread::spawn(|| {
            super::in_large_pages();
            // Beyond the first page of the arena, and none of them a mapping of its own.
            let blocks: Vec<Vec<u8>> = (0..40).map(|_| vec![1; 100 << 10]).collect();
            flags_at(blocks[20].as_ptr() as usize)
        });
        let flags = flags.join().unwrap();
        assert!(flags.split(' ').any(|flag| flag == "hg"), "{flags}");
    }
}
