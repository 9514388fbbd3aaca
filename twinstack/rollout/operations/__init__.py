"""Operations of CloudFormation: started, followed to their end, and why they failed."""
