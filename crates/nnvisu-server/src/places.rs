//! How many sessions there may be, in all and from one network address; conversions of models are
//! counted likewise.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

use crate::access::Network;

/// Places for sessions or conversions. Clones share them.
#[derive(Clone)]
pub(crate) struct Places {
    max: usize,
    max_per_address: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    /// No entry is 0.
    by_address: HashMap<Network, usize>,
}

/// A place for one of them, free again when dropped.
pub(crate) struct Place {
    address: Option<Network>,
    taken: Arc<Mutex<Taken>>,
}

/// Why there is no place; carries the limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// The server has none left.
    Full(usize),
    /// This client has as many as it may.
    TooManyFromAddress(usize),
}

impl Places {
    pub(crate) fn new(max: usize, max_per_address: usize) -> Self {
        Self {
            max,
            max_per_address,
            taken: Arc::default(),
        }
    }

    /// Whether no place is left for anybody.
    pub(crate) fn are_all_taken(&self) -> bool {
        self.taken.lock().in_all >= self.max
    }

    /// Takes a place for a client from `address`, which is not known for a few kinds of socket.
    pub(crate) fn take(&self, address: Option<Network>) -> Result<Place, NoPlace> {
        let mut taken = self.taken.lock();
        // The more useful of two reasons goes first: this one the client can do something about.
        if let Some(address) = address {
            let from_address = taken.by_address.get(&address).copied().unwrap_or(0);
            if from_address >= self.max_per_address {
                return Err(NoPlace::TooManyFromAddress(self.max_per_address));
            }
        }
        if taken.in_all >= self.max {
            return Err(NoPlace::Full(self.max));
        }
        taken.in_all += 1;
        if let Some(address) = address {
            *taken.by_address.entry(address).or_insert(0) += 1;
        }
        drop(taken);
        Ok(Place {
            address,
            taken: Arc::clone(&self.taken),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        taken.in_all -= 1;
        if let Some(address) = self.address
            && let Some(from_address) = taken.by_address.get_mut(&address)
        {
            *from_address -= 1;
            if *from_address == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn take(places: &Places, last: u8) -> Result<Place, NoPlace> {
        places.take(Some(IpAddr::from([192, 0, 2, last]).into()))
    }

    #[test]
    fn both_limits_hold_and_places_come_back() {
        let places = Places::new(3, 2);
        let first = take(&places, 1).unwrap();
        let second = take(&places, 1).unwrap();
        assert_eq!(take(&places, 1).err(), Some(NoPlace::TooManyFromAddress(2)));
        let third = take(&places, 2).unwrap();
        assert!(places.are_all_taken());
        assert_eq!(take(&places, 3).err(), Some(NoPlace::Full(3)));
        assert_eq!(places.take(None).err(), Some(NoPlace::Full(3)));
        drop(first);
        assert!(!places.are_all_taken());
        let again = take(&places, 1).unwrap();
        drop((second, third, again));
        let taken = places.taken.lock();
        assert_eq!((taken.in_all, taken.by_address.len()), (0, 0));
    }
}
