"""Who takes batches in and who sees how they fared: permissions of the city's operator and of its source systems."""

from suxin.kernel.actor import Permission

RECORD_INGEST = Permission("subjects.record.ingest", "归集信用信息")
INGESTION_READ = Permission("subjects.ingestion.read", "查看归集情况")
