"""Standard line items: which concepts they group, how analysts name them, and the learnt model that places rows."""
