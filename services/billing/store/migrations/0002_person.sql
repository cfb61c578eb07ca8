-- What became of a patient whose records are kept here.
CALL chassis.create_documents('person');
