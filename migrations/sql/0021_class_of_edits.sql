SET LOCAL ROLE footnote_definer;

-- Applies an editor's change, or its withdrawal, to the document's rows. A document may have moved since the editor's
-- transaction read its class. The update waits for such a move, and locks the document against a later one; the row of
-- the change then gets the class that the document has.
CREATE OR REPLACE FUNCTION refile_issuer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    class_now integer;
BEGIN
    UPDATE documents SET issuer_id = NULL WHERE id = COALESCE(NEW.document_id, OLD.document_id)
        RETURNING access_class_id INTO class_now;
    IF TG_OP = 'INSERT' THEN
        UPDATE issuer_edits SET access_class_id = class_now
            WHERE id = NEW.id AND document_id = NEW.document_id AND access_class_id <> class_now;
    END IF;
    RETURN NULL;
END
$$;

RESET ROLE;
