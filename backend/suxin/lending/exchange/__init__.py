"""What a bank and an applicant give each other on a referral (往来): attachments, requests for more material, one conversation.

A bank sees what was handed in for a request while it holds a basis for that very request, and of what was meant for one bank only
that one sees anything. It asks for more by list, which moves its deadline to decide; each thing asked for is supplied or declined. What they
write to each other is text alone. All of it is erased some time after the request has ended, or with the loan's evidence.
"""
