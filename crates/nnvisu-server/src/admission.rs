//! How many sessions there may be, in all and from one client subnet; conversions of models are
//! limited likewise.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

use crate::access::ClientSubnet;

/// Limits how many sessions, or conversions, exist at the same time. Clones share the count.
#[derive(Clone)]
pub(crate) struct AdmissionLimiter {
    max: usize,
    max_per_subnet: usize,
    admitted: Arc<Mutex<Admitted>>,
}

#[derive(Default)]
struct Admitted {
    total: usize,
    /// No entry is 0.
    by_subnet: HashMap<ClientSubnet, usize>,
}

/// One of those admitted. Dropping it and all its clones makes room for another.
#[derive(Clone)]
pub(crate) struct AdmissionPermit {
    _counted: Arc<Counted>,
}

struct Counted {
    subnet: Option<ClientSubnet>,
    admitted: Arc<Mutex<Admitted>>,
}

/// Why no further client is admitted; carries the limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdmissionDenied {
    /// The server has as many as it may.
    Full(usize),
    /// This client has as many as it may.
    TooManyFromAddress(usize),
}

impl AdmissionLimiter {
    pub(crate) fn new(max: usize, max_per_subnet: usize) -> Self {
        Self {
            max,
            max_per_subnet,
            admitted: Arc::default(),
        }
    }

    /// How many are admitted.
    pub(crate) fn n_admitted(&self) -> usize {
        self.admitted.lock().total
    }

    /// Whether no further client would be admitted, wherever it comes from.
    pub(crate) fn is_full(&self) -> bool {
        self.n_admitted() >= self.max
    }

    /// Admits a client from `subnet`, which is unknown for a few kinds of socket.
    pub(crate) fn admit(
        &self,
        subnet: Option<ClientSubnet>,
    ) -> Result<AdmissionPermit, AdmissionDenied> {
        let mut admitted = self.admitted.lock();
        // The more useful of two reasons goes first: this one the client can do something about.
        if let Some(subnet) = subnet {
            let from_subnet = admitted.by_subnet.get(&subnet).copied().unwrap_or(0);
            if from_subnet >= self.max_per_subnet {
                return Err(AdmissionDenied::TooManyFromAddress(self.max_per_subnet));
            }
        }
        if admitted.total >= self.max {
            return Err(AdmissionDenied::Full(self.max));
        }
        admitted.total += 1;
        if let Some(subnet) = subnet {
            *admitted.by_subnet.entry(subnet).or_insert(0) += 1;
        }
        drop(admitted);
        Ok(AdmissionPermit {
            _counted: Arc::new(Counted {
                subnet,
                admitted: Arc::clone(&self.admitted),
            }),
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut admitted = self.admitted.lock();
        admitted.total -= 1;
        if let Some(subnet) = self.subnet
            && let Some(from_subnet) = admitted.by_subnet.get_mut(&subnet)
        {
            *from_subnet -= 1;
            if *from_subnet == 0 {
                admitted.by_subnet.remove(&subnet);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn admit(limiter: &AdmissionLimiter, last: u8) -> Result<AdmissionPermit, AdmissionDenied> {
        limiter.admit(Some(IpAddr::from([192, 0, 2, last]).into()))
    }

    #[test]
    fn both_limits_hold_and_permits_come_back() {
        let limiter = AdmissionLimiter::new(3, 2);
        let first = admit(&limiter, 1).unwrap();
        let second = admit(&limiter, 1).unwrap();
        assert_eq!(
            admit(&limiter, 1).err(),
            Some(AdmissionDenied::TooManyFromAddress(2))
        );
        let third = admit(&limiter, 2).unwrap();
        assert!(limiter.is_full());
        assert_eq!(admit(&limiter, 3).err(), Some(AdmissionDenied::Full(3)));
        assert_eq!(limiter.admit(None).err(), Some(AdmissionDenied::Full(3)));
        drop(first);
        assert!(!limiter.is_full());
        let again = admit(&limiter, 1).unwrap();
        let clone = again.clone();
        drop((second, third, again));
        assert_eq!(limiter.n_admitted(), 1);
        drop(clone);
        let admitted = limiter.admitted.lock();
        assert_eq!((admitted.total, admitted.by_subnet.len()), (0, 0));
    }
}
