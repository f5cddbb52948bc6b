//! What every question can say about the publications it takes into account, said once.

/// For a type with a `reader` and a `known`: until when, and by whom.
macro_rules! choices_of_publications {
    () => {
        /// Takes into account only what was published by this day, everywhere: in ranges, in comparators and inside of
        /// derived figures.
        #[must_use]
        pub fn as_of(mut self, day: chrono::NaiveDate) -> Self {
            self.known.published_by = Some(day);
            self
        }

        /// Takes into account only what this database had taken in by a time: what it would have answered then, by its
        /// companies and calendars of now. It may be combined with [`Self::as_of`], which is about publication.
        ///
        /// Commits are recorded to the second, and those of that second are taken into account. For single
        /// commits there is [`Self::recorded_by`].
        ///
        /// # Errors
        /// [`Error::Store`](crate::Error::Store) where the database cannot be read.
        pub fn recorded_as_of(
            self,
            time: chrono::DateTime<chrono::Utc>,
        ) -> Result<Self, $crate::error::Error> {
            let commit = self.reader.snapshot().recorded_by(time)?;
            Ok(self.recorded_by(commit))
        }

        /// Takes into account only what this database had taken in by a commit, that one included:
        /// [`Point::commit`](crate::Point::commit) and [`Ingested::commit`](crate::Ingested::commit) give their numbers.
        #[must_use]
        pub fn recorded_by(mut self, commit: u64) -> Self {
            self.known.recorded_by = Some(commit);
            self
        }

        /// Says which documents may supersede what others say: all of them, unless asked otherwise.
        #[must_use]
        pub fn supersede(mut self, policy: $crate::query::rows::Supersede) -> Self {
            self.known.supersede = policy;
            self
        }
    };
}

/// For a type with a `known`: which publication of a fact is shown.
macro_rules! choices_of_versions {
    () => {
        /// Asks for each fact as it was first reported: by the first document that gives a figure of it, whatever was
        /// said later. [`Point::is_comparative`](crate::Point::is_comparative) tells where that document was already
        /// about a later period.
        #[must_use]
        pub fn first_reported(mut self) -> Self {
            self.known.first = true;
            self
        }

        /// Asks for each fact as it is known latest, restated or not. That is the default; it takes back
        /// [`Self::first_reported`], and no date.
        #[must_use]
        pub fn latest(mut self) -> Self {
            self.known.first = false;
            self
        }
    };
}

pub(crate) use {choices_of_publications, choices_of_versions};
